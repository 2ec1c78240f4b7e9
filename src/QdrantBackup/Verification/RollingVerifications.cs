using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Schedules;
using QdrantBackup.Stores;

namespace QdrantBackup.Verification;

/// <summary>A share of the store that was verified.</summary>
/// <param name="Number">Which share, from 1.</param>
/// <param name="At">When its verification ended.</param>
/// <param name="RunId">The run.</param>
public sealed record VerifiedShare(int Number, DateTimeOffset At, RunId RunId);

/// <summary>A share whose verification was decided.</summary>
/// <param name="Number">Which share, from 1.</param>
/// <param name="Of">Of how many.</param>
/// <param name="DecidedAt">When.</param>
/// <param name="RunId">The run, the same for every attempt to start it.</param>
/// <param name="Cluster">The cluster whose app decided it and starts it: several apps may share a store.</param>
public sealed record DecidedShare(int Number, int Of, DateTimeOffset DecidedAt, RunId RunId, string Cluster);

/// <summary>The progress of a store's rolling verification; one record for all apps, replaced only by compare-and-swap.</summary>
public sealed record RollingVerification
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>How many shares there are.</summary>
    public required int Of { get; init; }

    /// <summary>When the first decision was made: due times before that are not made up.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The last share that was decided.</summary>
    public DecidedShare? Last { get; init; }

    /// <summary>Whether that one was started.</summary>
    public bool IsStarted { get; init; }

    /// <summary>Each share's last verification.</summary>
    public IReadOnlyList<VerifiedShare> Done { get; init; } = [];

    /// <summary>The time since which every chunk has been read at least once; null until the first round is over.</summary>
    public DateTimeOffset? CoveredSince() => Done.Count == Of ? Done.Min(s => s.At) : null;
}

/// <summary>Decides which share of the store is verified next, so that a missed day delays a share and never leaves one out.</summary>
public sealed class RollingVerifications(SealedStore store, TimeProvider time)
{
    // An app that stops between its decision and the start must not block the others.
    private static readonly TimeSpan MaxPending = TimeSpan.FromDays(1);

    /// <summary>The state, or null before the first decision.</summary>
    public Task<RollingVerification?> FindAsync(CancellationToken cancellationToken) =>
        store.TryGetRecordAsync(BlobNames.RollingVerification, VerificationJson.Default.RollingVerification, cancellationToken);

    /// <summary>The share to start now, or null. Repeated until <see cref="StartedAsync"/>, it returns the same share.</summary>
    public async Task<DecidedShare?> DecideAsync(string cluster, Schedule schedule, int shares, CancellationToken cancellationToken)
    {
        RollingVerification? state = await store.ChangeRecordAsync(
            BlobNames.RollingVerification, VerificationJson.Default.RollingVerification, there => Decide(there, cluster, schedule, shares), cancellationToken);
        return state is { IsStarted: false, Last: { } share } && share.Cluster == cluster ? share : null;
    }

    /// <summary>The share's run is started.</summary>
    public Task StartedAsync(DecidedShare share, CancellationToken cancellationToken) => store.ChangeRecordAsync(
        BlobNames.RollingVerification,
        VerificationJson.Default.RollingVerification,
        there => there is { IsStarted: false } && there.Last == share ? there with { IsStarted = true } : there,
        cancellationToken);

    /// <summary>A share was verified as a whole.</summary>
    public Task DoneAsync(VerifySubset share, RunId runId, CancellationToken cancellationToken) => store.ChangeRecordAsync(
        BlobNames.RollingVerification,
        VerificationJson.Default.RollingVerification,
        there => there is null || there.Of != share.Of || there.Done.Any(s => s.RunId == runId)
            ? there
            : there with { Done = [.. there.Done.Where(s => s.Number != share.Number), new VerifiedShare(share.Number, time.GetUtcNow(), runId)] },
        cancellationToken);

    private RollingVerification? Decide(RollingVerification? there, string cluster, Schedule schedule, int shares)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (there is null || there.Of != shares)
        {
            // Shares of another size cover other chunks: the round begins again.
            return new RollingVerification { Of = shares, Since = now };
        }

        DateTimeOffset last = there.Last?.DecidedAt ?? there.Since;
        bool isPending = there is { IsStarted: false, Last: { } pending } && now - pending.DecidedAt < MaxPending;
        if (isPending || schedule.NextDue(last) is not { } due || due > now)
        {
            return there;
        }

        int number = NextOf(there);
        var decided = new DecidedShare(number, shares, now, RunId.Derive(now, $"{cluster}\nrolling\n{number}/{shares}"), cluster);
        return there with { Last = decided, IsStarted = false };
    }

    /// <summary>The share that was verified longest ago, or never; but not the last one begun, which may be under way.</summary>
    private static int NextOf(RollingVerification state) =>
        Enumerable.Range(1, state.Of)
            .Where(n => state.Of == 1 || n != state.Last?.Number)
            .MinBy(n => state.Done.FirstOrDefault(s => s.Number == n)?.At ?? DateTimeOffset.MinValue);
}
