using Microsoft.Extensions.Logging;
using QdrantBackup.App.Http;
using QdrantBackup.Capture;
using QdrantBackup.Configuration;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure;
using QdrantBackup.OnAzure.KeyVault;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Storage.Directories;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Stores;

/// <summary>
/// Opens the configured store once per process, when it is first needed: an app whose store is away still starts, and says what is wrong. Where a second store is configured,
/// it stands in for the first when that is away: for reading, never for backups.
/// </summary>
public sealed partial class StoreConnection(
    BackupOptions options, Lazy<KeyVaultConnection> vaults, TimeProvider time, ILoggerFactory logs) : IDisposable
{
    // A store that is there answers at once; the client's own retries ride out what a run should wait for, and a person should not.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly ILogger _log = logs.CreateLogger<StoreConnection>();
    private volatile OpenedStore? _open;
    private volatile OpenedStore? _standIn;
    private volatile OpenedStore? _readOnly;

    /// <summary>The opened store. A failure is not remembered: the next call tries again.</summary>
    public async ValueTask<OpenedStore> OpenAsync(CancellationToken cancellationToken)
    {
        if (IsReadOnly)
        {
            throw ReadOnlyStore.Refused(options.Storage.Local!);
        }

        if (_open is { } open)
        {
            return open;
        }

        await _opening.WaitAsync(cancellationToken);
        try
        {
            return _open ??= await OpenFirstAsync(cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>The first store or, when that does not answer, the second: enough to list, verify and restore.</summary>
    public async ValueTask<OpenedStore> OpenReadableAsync(CancellationToken cancellationToken)
    {
        if (IsReadOnly)
        {
            return await OpenReadOnlyAsync(cancellationToken);
        }

        if (options.Storage.Second is null)
        {
            return await OpenAsync(cancellationToken);
        }

        StoreException away;
        using var late = new CancellationTokenSource(AnswerTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            var first = await OpenAsync(either.Token);
            if (await first.Store.Blobs.FindAsync(BlobNames.Store, either.Token) is not null)
            {
                return first;
            }

            away = new StoreException($"the store at {first.Store.Blobs.Location} has no store.json any more", "Mount its disk; if it is lost, make it again with 'qdrant-backup copy --back'.");
        }
        catch (StoreException e)
        {
            away = e;
        }
        catch (SealException e)
        {
            away = new StoreException(e.Message, e.Hint, innerException: e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            away = new StoreException($"the first store did not answer within {AnswerTime.TotalSeconds} seconds", "Check its address and the way to it.", isTransient: true);
        }

        return await StandInAsync(away, cancellationToken);
    }

    /// <summary>The store that has the run's records: a run that began while the first store was away keeps its records in the second.</summary>
    public async ValueTask<OpenedStore> OpenForRunAsync(RunId runId, CancellationToken cancellationToken)
    {
        if (IsReadOnly)
        {
            return await OpenReadOnlyAsync(cancellationToken);
        }

        if (options.Storage.Second is null)
        {
            return await OpenAsync(cancellationToken);
        }

        OpenedStore? first = null;
        StoreException? away = null;
        try
        {
            first = await OpenAsync(cancellationToken);
            if (await first.Records.IsKnownAsync(runId, cancellationToken))
            {
                return first;
            }
        }
        catch (StoreException e)
        {
            away = e;
        }

        return await FindInSecondAsync(runId, away, cancellationToken) ?? first ?? throw away!;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _open?.Dispose();
        _standIn?.Dispose();
        _readOnly?.Dispose();
        _opening.Dispose();
    }

    /// <summary>The configured store as it is, unopened.</summary>
    public static IBackupStore OpenBlobs(BackupOptions options, TimeProvider time, ILoggerFactory? logs = null) =>
        StoreAddress.Open(options.Storage.Remote, options.Storage.ConnectionString, options.Storage.Local, time, logs);

    /// <summary>The configured second store as it is, unopened; null when there is none.</summary>
    public static IBackupStore? OpenSecondBlobs(BackupOptions options, TimeProvider time, ILoggerFactory? logs = null) =>
        options.Storage.Second is { } second ? StoreAddress.Open(second.Remote, second.ConnectionString, second.Local, time, logs) : null;

    // A disk is mounted anew without asking, so this asks the system each time.
    private bool IsReadOnly => options.Storage is { Remote: null, Local: { } local } && DirectoryStore.IsMountedReadOnly(local);

    private async Task<OpenedStore> OpenReadOnlyAsync(CancellationToken cancellationToken)
    {
        if (_readOnly is { } opened)
        {
            return opened;
        }

        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_readOnly is null)
            {
                var store = await OpenStoreAsync(new ReadOnlyStore(OpenBlobs(options, time, logs), time), cancellationToken);
                _readOnly = New(store, new MaintenanceMemory(store), OpenSecondBlobs(options, time, logs), away: null);
                LogReadOnly(_log, store.Blobs.Location);
            }

            return _readOnly;
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task<OpenedStore?> FindInSecondAsync(RunId runId, StoreException? away, CancellationToken cancellationToken)
    {
        try
        {
            var standIn = await StandInAsync(away, cancellationToken);
            return await standIn.Records.IsKnownAsync(runId, cancellationToken) ? standIn : null;
        }
        catch (BackupException e) when (e is StoreException or RefusedException or SealException)
        {
            // Whoever asks learns what is wrong with the first store, not with the one that would stand in for it.
            LogNoStandIn(_log, e.Message);
            return null;
        }
    }

    /// <summary>Which store and key the configuration wants; null if it does not say.</summary>
    public static StorePins? PinsOf(BackupOptions options) => options.Store is { Id: { } id, KeyId: { } keyId } ? new StorePins(id, keyId) : null;

    private async Task<OpenedStore> StandInAsync(StoreException? away, CancellationToken cancellationToken)
    {
        if (_standIn is { } standIn)
        {
            return standIn;
        }

        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_standIn is null)
            {
                var store = await OpenStoreAsync(OpenSecondBlobs(options, time, logs)!, cancellationToken);
                if (!store.IsReplica)
                {
                    store.Dispose();
                    throw new RefusedException($"the store at {store.Blobs.Location} is a store of its own, not the second copy of another", "Correct Storage:Second.");
                }

                var reason = away ?? new StoreException("the first store was away when the run began", "Mend it when it is back.");
                _standIn = New(store, new MaintenanceMemory(store), OpenBlobs(options, time, logs), reason);
                if (away is not null)
                {
                    LogStandsIn(_log, store.Blobs.Location, away.Message);
                }
            }

            return _standIn;
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task<OpenedStore> OpenFirstAsync(CancellationToken cancellationToken)
    {
        var store = await OpenStoreAsync(OpenBlobs(options, time, logs), cancellationToken);
        try
        {
            return New(store, await OpenMemoryAsync(store, cancellationToken), OpenSecondBlobs(options, time, logs), away: null);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Says whose word ends backups in the store: a backup app's does not, and a maintenance app's only with a key that the backup app cannot reach.</summary>
    private async Task<MaintenanceMemory> OpenMemoryAsync(SealedStore store, CancellationToken cancellationToken)
    {
        if (options.Role == AppRole.Backup || (options.Role == AppRole.Maintenance && options.Retention.Memory is null))
        {
            store.Use(MaintenanceAuthority.None);
            return new MaintenanceMemory(store);
        }

        var apart = options.Retention.Memory is { } memory ? StoreAddress.Open(memory.Remote, memory.ConnectionString, memory.Local, time, logs) : null;
        return await MaintenanceMemory.OpenAsync(store, apart, time, cancellationToken);
    }

    private OpenedStore New(SealedStore store, MaintenanceMemory memory, IBackupStore? second, StoreException? away) =>
        new(store, memory, second is null ? null : new SecondStore(store, second, time), time, logs) { StandsInFor = away };

    private async Task<SealedStore> OpenStoreAsync(IBackupStore blobs, CancellationToken cancellationToken)
    {
        try
        {
            using var recipients = StoreRecipients.Open(options.Encryption, vaults, time);
            var pins = PinsOf(options);
            var store = await StoreOpening.OpenAsync(blobs, recipients.ThatOpen(), pins, options.Encryption.KeyNumber, cancellationToken);
            StoreWarnings.Log(logs.CreateLogger(typeof(StoreWarnings)), store, recipients.Problems, options);
            return store;
        }
        catch (UsageException e)
        {
            // A missing key file, say: whoever calls this server cannot do anything about it.
            throw new MisconfiguredException(e.Message, e.Hint, e);
        }
    }

    [LoggerMessage(2031, LogLevel.Warning, "The second store {Location} stands in for the first, which is away: {Reason}")]
    private static partial void LogStandsIn(ILogger logger, string location, string reason);

    [LoggerMessage(2033, LogLevel.Warning, "The disk of the store {Location} is mounted read-only: backups can be listed, verified and restored, and what runs record of themselves is not kept")]
    private static partial void LogReadOnly(ILogger logger, string location);

    [LoggerMessage(2032, LogLevel.Warning, "The second store cannot stand in for the first: {Reason}")]
    private static partial void LogNoStandIn(ILogger logger, string reason);
}
