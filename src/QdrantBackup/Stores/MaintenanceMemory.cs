using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Stores;

/// <summary>A backup of which maintenance itself has read back every byte.</summary>
/// <param name="Id">The backup.</param>
/// <param name="ManifestHash">The keyed hash of the manifest that was read.</param>
/// <param name="At">When.</param>
public sealed record ReadBackup(BackupId Id, string ManifestHash, DateTimeOffset At);

/// <summary>The record <c>maintenance/memory</c>.</summary>
public sealed record MemoryRecord
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The keyed hash of each manifest that maintenance has seen, by the backup's id.</summary>
    public IReadOnlyDictionary<string, string> Manifests { get; init; } = new Dictionary<string, string>();

    /// <summary>The last backups that maintenance has read back, the newest first.</summary>
    public IReadOnlyList<ReadBackup> ReadBack { get; init; } = [];

    /// <summary>When a retention last finished, by the store's clock.</summary>
    public DateTimeOffset? LastRetention { get; init; }

    /// <summary>The hash of a manifest that maintenance has seen, or null.</summary>
    public string? HashOf(BackupId id) => Manifests.GetValueOrDefault(id.Value);
}

/// <summary>The record <c>maintenance/key</c>: the key of maintenance, sealed under the store key.</summary>
/// <param name="Format">Version of the format.</param>
/// <param name="Key">32 bytes.</param>
/// <param name="Created">When it was made.</param>
internal sealed record MaintenanceKeyRecord(int Format, byte[] Key, DateTimeOffset Created);

/// <summary>
/// What maintenance remembers of a store: which manifests it has seen, which backups it has read back, when it last finished. The backup app can write the store;
/// where maintenance is an app of its own, its memory therefore lies in another place, together with its key. Such a record protects backups, so one that does not
/// open stops maintenance.
/// </summary>
public sealed class MaintenanceMemory(SealedStore place)
{
    /// <summary>How many backups that were read back are remembered; retention looks at the last three whole ones.</summary>
    public const int MaxReadBack = 20;

    /// <summary>Where it is: the store itself, or the place that only maintenance can reach.</summary>
    public SealedStore Place => place;

    /// <summary>Opens the memory of a store, and makes maintenance's own key where the memory lies apart and has none yet.</summary>
    /// <param name="store">The store; from now on only what that key proves ends a backup in it.</param>
    /// <param name="apart">The place that only maintenance can reach; null: one identity does everything, and the store itself is the place.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<MaintenanceMemory> OpenAsync(SealedStore store, IBackupStore? apart, TimeProvider time, CancellationToken cancellationToken)
    {
        if (apart is null)
        {
            return new MaintenanceMemory(store);
        }

        var place = new SealedStore(apart, store.Sealer, store.IsReplica, ownsSealer: false);
        using StoreKey candidate = StoreKey.Generate();
        MaintenanceKeyRecord record = await ReadAsync(
            place, BlobNames.MaintenanceKey,
            async () => await place.FindDocumentAsync(BlobNames.MaintenanceKey, SealedType.Record, StoreJson.Default.MaintenanceKeyRecord, cancellationToken)
                ?? await place.PutOnceAsync(
                    BlobNames.MaintenanceKey, SealedType.Record, new MaintenanceKeyRecord(1, candidate.Bytes.ToArray(), time.GetUtcNow()), StoreJson.Default.MaintenanceKeyRecord, cancellationToken),
            "Put it back from soft delete or an older version: without it no end by maintenance counts any more. If it is lost for good, delete that blob; then maintenance makes another key, and what is ended must be ended again.");
        using StoreKey key = StoreKey.FromBytes(record.Key);
        store.Use(MaintenanceAuthority.Own(new Sealer(store.StoreId, key)));
        return new MaintenanceMemory(place);
    }

    /// <summary>The memory; one that was never written is empty.</summary>
    /// <exception cref="RefusedException">The record does not open.</exception>
    public async Task<MemoryRecord> ReadAsync(CancellationToken cancellationToken) => (await FindAsync(cancellationToken))?.Value ?? new MemoryRecord();

    /// <summary>Remembers manifests, and forgets those of backups that are gone for good.</summary>
    public Task SeeAsync(IReadOnlyDictionary<BackupId, string> seen, IReadOnlySet<BackupId> gone, CancellationToken cancellationToken) => ChangeAsync(
        memory =>
        {
            var manifests = memory.Manifests.Where(m => !BackupId.TryParse(m.Key, out BackupId id) || !gone.Contains(id)).ToDictionary(StringComparer.Ordinal);
            foreach ((BackupId id, string hash) in seen)
            {
                manifests[id.Value] = hash;
            }

            bool isSame = manifests.Count == memory.Manifests.Count && manifests.All(m => memory.Manifests.TryGetValue(m.Key, out string? hash) && hash == m.Value);
            return isSame ? memory : memory with { Manifests = manifests };
        },
        cancellationToken);

    /// <summary>Remembers that a backup was read back.</summary>
    public Task NoteReadBackAsync(ReadBackup backup, CancellationToken cancellationToken) => ChangeAsync(
        memory => memory with { ReadBack = [.. memory.ReadBack.Where(b => b.Id != backup.Id).Append(backup).OrderByDescending(b => b.Id.Value, StringComparer.Ordinal).Take(MaxReadBack)] },
        cancellationToken);

    /// <summary>Remembers that a retention finished.</summary>
    public Task NoteRetentionAsync(DateTimeOffset at, CancellationToken cancellationToken) => ChangeAsync(memory => memory with { LastRetention = at }, cancellationToken);

    private async Task ChangeAsync(Func<MemoryRecord, MemoryRecord> change, CancellationToken cancellationToken)
    {
        await SealedRecords.SwapAsync(async () =>
        {
            StoredDocument<MemoryRecord>? found = await FindAsync(cancellationToken);
            MemoryRecord there = found?.Value ?? new MemoryRecord();
            MemoryRecord changed = change(there);
            if (ReferenceEquals(changed, there))
            {
                return;
            }

            PutCondition condition = found is null ? PutCondition.OnlyIfAbsent : PutCondition.OnlyIfMatch(found.Entry.ETag);
            await place.PutDocumentAsync(BlobNames.Memory, SealedType.Record, changed, StoreJson.Default.MemoryRecord, condition, summary: null, cancellationToken);
        });
    }

    private Task<StoredDocument<MemoryRecord>?> FindAsync(CancellationToken cancellationToken) => GuardAsync(
        place, BlobNames.Memory, () => place.FindDocumentAsync(BlobNames.Memory, SealedType.Record, StoreJson.Default.MemoryRecord, cancellationToken),
        "Put it back from soft delete or an older version. If it is lost for good, delete that blob: maintenance then starts with an empty memory.");

    private static async Task<T> ReadAsync<T>(SealedStore place, BlobName name, Func<Task<StoredDocument<T>>> read, string hint) =>
        (await GuardAsync(place, name, read, hint)).Value;

    private static async Task<T> GuardAsync<T>(SealedStore place, BlobName name, Func<Task<T>> read, string hint)
    {
        try
        {
            return await read();
        }
        catch (BackupException e) when (e.IsDamage)
        {
            throw new RefusedException($"maintenance does nothing: '{name}' at {place.Blobs.Location} cannot be read: {e.Message}", hint);
        }
    }
}
