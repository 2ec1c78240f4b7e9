using Microsoft.Extensions.Logging;
using QdrantBackup.App.Http;
using QdrantBackup.Configuration;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure;
using QdrantBackup.OnAzure.KeyVault;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Stores;

/// <summary>
/// Tries once a day whether this app, started anew, could still open its store, and with which recipients. One that fails is an alarm; when none opens the store any more,
/// no backup is begun: nobody could ever read it. A vault that does not answer is told of, and stops nothing.
/// </summary>
public sealed partial class KeyChecks(BackupOptions options, Lazy<KeyVaultConnection> vaults, TimeProvider time, ILogger<KeyChecks> log) : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromDays(1);

    // What fails may be put right, and what did not answer may answer: both are looked at sooner.
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim _trying = new(1, 1);
    private readonly long _began = time.GetTimestamp();
    private volatile Tried? _last;

    /// <summary>Tries the recipients if that is due: at first, once a day, and every ten minutes while something is wrong.</summary>
    /// <exception cref="RefusedException">A recipient does not open the store.</exception>
    /// <exception cref="StoreException">A recipient could not be tried.</exception>
    public async Task TryIfDueAsync(SealedStore store, CancellationToken cancellationToken)
    {
        if (_last is not { } last || time.GetElapsedTime(last.At) >= (last.Trouble is null ? Every : AfterTrouble))
        {
            last = await TryAsync(store, cancellationToken);
        }

        if (last.Trouble is { } trouble)
        {
            throw trouble;
        }
    }

    /// <summary>Refuses to begin a backup that nobody could open. What was last tried more than a day ago, or failed, is tried again first.</summary>
    /// <exception cref="RefusedException">No recipient opens the store any more.</exception>
    public async Task ThrowIfLostAsync(SealedStore store, CancellationToken cancellationToken)
    {
        // To open the store was a try too, since this process began: one recipient did.
        var (at, isLost) = _last is { } last ? (last.At, last.Trial.IsLost) : (_began, false);
        if (!isLost && time.GetElapsedTime(at) < Every)
        {
            return;
        }

        var trial = (await TryAsync(store, cancellationToken)).Trial;
        if (trial.IsLost)
        {
            throw Lost(store, trial);
        }
    }

    /// <summary>Tries the recipients now, and logs those that do not open the store.</summary>
    public async Task<KeyTrial> TryNowAsync(SealedStore store, CancellationToken cancellationToken) => (await TryAsync(store, cancellationToken)).Trial;

    /// <inheritdoc/>
    public void Dispose() => _trying.Dispose();

    private async Task<Tried> TryAsync(SealedStore store, CancellationToken cancellationToken)
    {
        await _trying.WaitAsync(cancellationToken);
        try
        {
            using var recipients = StoreRecipients.Open(options.Encryption, vaults, time);
            var trial = await KeyTrial.RunAsync(store, recipients.All, recipients.Problems, cancellationToken);
            foreach (var failing in trial.Failing)
            {
                LogFails(log, failing.Recipient, store.Blobs.Location, failing.Problem!, failing.Hint!);
            }

            foreach (var untried in trial.Untried)
            {
                LogUntried(log, untried.Recipient, store.Blobs.Location, untried.Problem!, untried.Hint!);
            }

            return _last = new Tried(time.GetTimestamp(), trial, TroubleOf(store, trial));
        }
        finally
        {
            _trying.Release();
        }
    }

    private static BackupException? TroubleOf(SealedStore store, KeyTrial trial)
    {
        if (trial.IsLost)
        {
            return Lost(store, trial);
        }

        if (trial.Failing.FirstOrDefault() is { } failing)
        {
            return new RefusedException(
                $"{trial.Failing.Count()} of {trial.Trials.Count} recipients do not open the store at {store.Blobs.Location} any more: {string.Join("; ", trial.Failing.Select(Describe))}",
                failing.Hint!);
        }

        return trial.Untried.FirstOrDefault() is { } untried
            ? new StoreException(
                $"{trial.Untried.Count()} of {trial.Trials.Count} recipients of the store's key could not be tried: {string.Join("; ", trial.Untried.Select(Describe))}",
                $"{untried.Hint} It is tried again every {AfterTrouble.TotalMinutes} minutes; backups go on.",
                isTransient: true)
            : null;
    }

    private static RefusedException Lost(SealedStore store, KeyTrial trial) => new(
        $"no configured recipient opens the store at {store.Blobs.Location} any more, so a backup could not be read after a restart: {string.Join("; ", trial.Failing.Select(Describe))}",
        $"{trial.Failing.Select(f => f.Hint).FirstOrDefault() ?? "Configure a recipient that can unwrap."} Do not restart this app before that: it still holds the key. See 'One recipient is lost' in docs/keys.md.");

    private static string Describe(RecipientTrial trial) => $"{trial.Recipient}: {trial.Problem}";

    private sealed record Tried(long At, KeyTrial Trial, BackupException? Trouble);

    [LoggerMessage(2024, LogLevel.Error, "{Recipient} does not open the store {Location} any more: {Problem}. {Hint}")]
    private static partial void LogFails(ILogger logger, string recipient, string location, string problem, string hint);

    [LoggerMessage(2025, LogLevel.Warning, "{Recipient} could not be tried on the store {Location}: {Problem}. {Hint}")]
    private static partial void LogUntried(ILogger logger, string recipient, string location, string problem, string hint);
}
