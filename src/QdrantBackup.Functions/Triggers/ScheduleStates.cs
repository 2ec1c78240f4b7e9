using QdrantBackup.Manifests;
using QdrantBackup.Schedules;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Functions.Triggers;

/// <summary>The schedules' state as a sealed document of the store, replaced only if nobody else did meanwhile.</summary>
internal sealed class ScheduleStates(SealedStore store, string cluster) : IScheduleStateStore
{
    private readonly BlobName _name = BlobNames.Schedules(cluster);

    public async Task<(ScheduleState? State, string? ETag)> LoadAsync(CancellationToken cancellationToken)
    {
        var found = await store.FindDocumentAsync(_name, SealedType.Record, ScheduleJson.Default.ScheduleState, cancellationToken);
        return (found?.Value, found?.Entry.ETag);
    }

    public async Task<string?> TrySaveAsync(ScheduleState state, string? expectedETag, CancellationToken cancellationToken)
    {
        var condition = expectedETag is null ? PutCondition.OnlyIfAbsent : PutCondition.OnlyIfMatch(expectedETag);
        try
        {
            var entry = await store.PutDocumentAsync(_name, SealedType.Record, state, ScheduleJson.Default.ScheduleState, condition, summary: null, cancellationToken);
            return entry.ETag;
        }
        catch (StoreConflictException)
        {
            return null;
        }
    }
}
