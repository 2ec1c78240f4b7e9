using Microsoft.Extensions.Logging;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Schedules;

/// <summary>
/// The schedules' state as a sealed document of the store, replaced only if no other writer changed it meanwhile. A damaged one is computed again from earlier runs,
/// and replaces exactly that one; one of a newer format is left alone.
/// </summary>
public sealed partial class ScheduleStates(SealedStore store, SettledMarks settled, string cluster, IReadOnlyList<Schedule> schedules, ILogger log) : IScheduleStateStore
{
    private const int MaxAttempts = 5;
    private readonly BlobName _name = BlobNames.Schedules(cluster);

    /// <inheritdoc/>
    public async Task<(ScheduleState? State, string? ETag)> LoadAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            FoundRecord<ScheduleState> found = await FindAsync(cancellationToken);
            if (found.Damage is null)
            {
                return (found.Value, found.Entry?.ETag);
            }

            ScheduleState state = await DeriveAsync(cancellationToken);
            if (await TrySaveAsync(state, found.Entry?.ETag, cancellationToken) is { } etag)
            {
                LogDerived(log, _name.Value, string.Join(", ", state.Marks.Select(m => $"{m.Key} through {m.Value.SettledThrough:u}")));
                return (state, etag);
            }

            if (attempt == MaxAttempts)
            {
                throw new StoreException($"'{_name}' is damaged and was changed by others {MaxAttempts} times while it was computed again", "The next tick tries again.", isTransient: true);
            }
        }
    }

    /// <summary>The present state; nothing is changed.</summary>
    public async Task<ScheduleState?> PeekAsync(CancellationToken cancellationToken)
    {
        FoundRecord<ScheduleState> found = await FindAsync(cancellationToken);
        return found.Damage is null ? found.Value : await DeriveAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<string?> TrySaveAsync(ScheduleState state, string? expectedETag, CancellationToken cancellationToken)
    {
        PutCondition condition = expectedETag is null ? PutCondition.OnlyIfAbsent : PutCondition.OnlyIfMatch(expectedETag);
        try
        {
            BlobEntry entry = await store.PutDocumentAsync(
                _name, SealedType.Record, state, ScheduleJson.Default.ScheduleState, condition, summary: null, cancellationToken);
            return entry.ETag;
        }
        catch (StoreConflictException)
        {
            return null;
        }
    }

    private async Task<FoundRecord<ScheduleState>> FindAsync(CancellationToken cancellationToken)
    {
        FoundRecord<ScheduleState> found = await store.FindRenewableAsync(_name, ScheduleJson.Default.ScheduleState, cancellationToken);
        return found.Value is null || IsSound(found.Value)
            ? found
            : found with { Value = null, Damage = new SealException($"'{_name}' opens but does not hold the state of schedules", "It is computed again.") };
    }

    // A missing member is null, against its declaration; and a pending run that can never be started would block every later one.
    private bool IsSound(ScheduleState state) =>
        state is { Marks: not null } && (state.Pending is not { } pending || (RunId.IsValid(pending.BackupId) && pending.Cluster == cluster && pending.Served is not null));

    private Task<ScheduleState> DeriveAsync(CancellationToken cancellationToken) =>
        settled.DeriveAsync(cluster, schedules, cancellationToken);

    [LoggerMessage(2204, LogLevel.Warning, "The state of the schedules, '{Blob}', was damaged and is computed again from earlier runs: {Marks}")]
    private static partial void LogDerived(ILogger logger, string blob, string marks);
}
