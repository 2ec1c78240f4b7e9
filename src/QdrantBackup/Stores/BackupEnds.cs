using System.Collections.Concurrent;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Stores;

/// <summary>The end of a backup.</summary>
/// <param name="Record">Who ended it, and why.</param>
/// <param name="Since">From when the grace period counts: the later of the record's modification time and the time in it.</param>
/// <param name="IsKept">Whether the end was taken back, or is being taken back: the pruner must keep the backup.</param>
/// <param name="IsUndeleted">Whether the end was taken back for good: the backup is offered again.</param>
public sealed record BackupEnd(Retirement Record, DateTimeOffset Since, bool IsKept, bool IsUndeleted);

/// <summary>The result of reading the records in <c>retired/</c>.</summary>
/// <param name="All">Every end that is proven, including those that were taken back.</param>
/// <param name="Unproven">Records that end nothing, because they do not open or lack the proof of maintenance, and why.</param>
public sealed record EndedBackups(IReadOnlyDictionary<BackupId, BackupEnd> All, IReadOnlyDictionary<BackupId, string> Unproven)
{
    /// <summary>Whether a backup is ended.</summary>
    public bool Contains(BackupId id) => All.TryGetValue(id, out BackupEnd? end) && !end.IsUndeleted;

    /// <summary>The backups that are ended.</summary>
    public IEnumerable<BackupId> Ids => All.Where(e => !e.Value.IsUndeleted).Select(e => e.Key);
}

/// <summary>
/// The one place that decides whether a backup is ended. A name in <c>retired/</c> proves nothing: anyone who can write to the store can put it there. Only a record
/// that opens, names this backup and is proven (<see cref="MaintenanceAuthority"/>) ends a backup, and only until that end is taken back.
/// </summary>
public sealed class BackupEnds
{
    private const int MaxRemembered = 50_000;

    private readonly SealedStore _store;

    // A record is written once: its content for an ETag never changes.
    private readonly ConcurrentDictionary<BackupId, (string ETag, Opened Opened)> _opened = new();

    internal BackupEnds(SealedStore store) => _store = store;

    /// <summary>The valid end of a backup, or null. An end that was taken back for good is null too.</summary>
    public async Task<BackupEnd?> FindAsync(BackupId id, CancellationToken cancellationToken) =>
        await LookAsync(id, cancellationToken) is { End: { IsUndeleted: false } end } ? end : null;

    /// <summary>Whether a backup is ended.</summary>
    public async Task<bool> IsEndedAsync(BackupId id, CancellationToken cancellationToken) => await FindAsync(id, cancellationToken) is not null;

    /// <summary>Every end, or those of some backups only: a store holds far more records of ends than backups.</summary>
    public async Task<EndedBackups> ListAsync(Func<BackupId, bool>? of, CancellationToken cancellationToken)
    {
        // Ends are listed before undeletions: an undeletion that is not seen comes too late to count (docs/pruning.md).
        var entries = new List<(BackupId Id, BlobEntry Entry)>();
        await foreach (BlobEntry entry in _store.Blobs.ListAsync(BlobNames.Retirements, cancellationToken))
        {
            if (BlobNames.TryReadId(entry.Name, BlobNames.Retirements, out BackupId id) && (of is null || of(id)))
            {
                entries.Add((id, entry));
            }
        }

        var found = new Opened?[entries.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _store.RecordsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, entries.Count, parallel, async (i, cancellation) => found[i] = await OpenAsync(entries[i].Id, entries[i].Entry, cancellation));
        IReadOnlySet<string> undeleted = await ListUndeletedAsync(BlobNames.Undeletions, cancellationToken);
        var all = new Dictionary<BackupId, BackupEnd>();
        var unproven = new Dictionary<BackupId, string>();
        for (int i = 0; i < entries.Count; i++)
        {
            BackupId id = entries[i].Id;
            if (found[i] is { Record: { } record } opened)
            {
                all.Add(id, await EndOfAsync(record, opened.Modified, undeleted, cancellationToken));
            }
            else if (found[i] is { Problem: { } problem })
            {
                unproven.Add(id, problem);
            }
        }

        return new EndedBackups(all, unproven);
    }

    /// <summary>Ends a backup unless it is ended; overwrites a record of that name that proves nothing.</summary>
    internal async Task PutAsync(Retirement record, CancellationToken cancellationToken)
    {
        BlobName name = BlobNames.Retirement(record.Id);
        Retirement proven = _store.Authority.Prove(name, record, StoreJson.Default.Retirement);
        await SealedRecords.SwapAsync(async () =>
        {
            (BackupEnd? end, string? etag) = await LookAsync(record.Id, cancellationToken);
            if (end is { IsKept: false })
            {
                return;
            }

            PutCondition condition = etag is null ? PutCondition.OnlyIfAbsent : PutCondition.OnlyIfMatch(etag);
            await _store.PutDocumentAsync(name, SealedType.Record, proven, StoreJson.Default.Retirement, condition, summary: null, cancellationToken);
        });
    }

    private async Task<(BackupEnd? End, string? ETag)> LookAsync(BackupId id, CancellationToken cancellationToken)
    {
        if (await _store.Blobs.FindAsync(BlobNames.Retirement(id), cancellationToken) is not { } entry || await OpenAsync(id, entry, cancellationToken) is not { } opened)
        {
            return (null, null);
        }

        return opened is { Record: { } record }
            ? (await EndOfAsync(record, opened.Modified, await ListUndeletedAsync(BlobNames.UndeletionsOf(id), cancellationToken), cancellationToken), opened.ETag)
            : (null, opened.ETag);
    }

    private async Task<BackupEnd> EndOfAsync(Retirement record, DateTimeOffset modified, IReadOnlySet<string> undeleted, CancellationToken cancellationToken)
    {
        BlobName name = BlobNames.Undeletion(record.Id, record.EndId);
        bool isKept = undeleted.Contains(name.Value);
        bool isUndeleted = isKept && await _store.TryGetRecordAsync(name, StoreJson.Default.Undeletion, cancellationToken) is { Settled: true } undeletion && undeletion.Id == record.Id;
        return new BackupEnd(record, record.At > modified ? record.At : modified, isKept, isUndeleted);
    }

    private async Task<IReadOnlySet<string>> ListUndeletedAsync(string prefix, CancellationToken cancellationToken)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        await foreach (BlobEntry entry in _store.Blobs.ListAsync(prefix, cancellationToken))
        {
            names.Add(entry.Name.Value);
        }

        return names;
    }

    /// <summary>Reads a record; null when it was deleted since the listing.</summary>
    private async Task<Opened?> OpenAsync(BackupId id, BlobEntry entry, CancellationToken cancellationToken)
    {
        if (_opened.TryGetValue(id, out (string ETag, Opened Opened) known) && known.ETag == entry.ETag)
        {
            return known.Opened;
        }

        Opened? opened = await ReadAsync(id, entry, cancellationToken);
        if (opened is not null && (_opened.Count < MaxRemembered || _opened.ContainsKey(id)))
        {
            _opened[id] = (opened.ETag, opened);
        }

        return opened;
    }

    private async Task<Opened?> ReadAsync(BackupId id, BlobEntry entry, CancellationToken cancellationToken)
    {
        BlobName name = BlobNames.Retirement(id);
        try
        {
            if (await _store.FindPlainAsync(name, SealedType.Record, cancellationToken) is not { } found)
            {
                return null;
            }

            Retirement record = SealedStore.ReadDocument(name.Value, found.Value, StoreJson.Default.Retirement);
            Retirement? proven = record.Id == id ? _store.Authority.Check(name, record, StoreJson.Default.Retirement) : null;
            return proven is not null && proven.Id == id && Retirement.IsEndId(proven.EndId)
                ? new Opened(found.Entry.ETag, found.Entry.Modified) { Record = proven }
                : new Opened(found.Entry.ETag, found.Entry.Modified) { Problem = record.Id == id ? $"'{name}' has no proof of maintenance" : $"'{name}' is the record of {record.Id}" };
        }
        catch (BackupException e) when (e.IsDamage)
        {
            return new Opened(entry.ETag, entry.Modified) { Problem = e.Message };
        }
    }

    private sealed record Opened(string ETag, DateTimeOffset Modified)
    {
        public Retirement? Record { get; init; }

        public string? Problem { get; init; }
    }
}
