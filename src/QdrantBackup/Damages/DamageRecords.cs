using System.Globalization;
using Microsoft.Extensions.Logging;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Damages;

/// <summary>A chunk that was found damaged or missing.</summary>
/// <param name="Id">Its id, 64 hex digits.</param>
/// <param name="FoundAt">When.</param>
/// <param name="RunId">By which run, or null when it was found by chance.</param>
internal sealed record DamagedChunk(string Id, DateTimeOffset FoundAt, RunId? RunId = null);

/// <summary>The damaged chunks whose ids begin with one byte. It is overwritten, never deleted: a repaired chunk is taken out.</summary>
/// <param name="Chunks">The chunks, in the order of their ids.</param>
internal sealed record DamageRecord(IReadOnlyList<DamagedChunk> Chunks)
{
    public int Format { get; init; } = 1;
}

/// <summary>Which chunks of a store are known to be damaged: they count as absent, so that the next backup that holds them puts them again (docs/format.md §7).</summary>
public sealed partial class DamageRecords(SealedStore store, TimeProvider time, ILogger<DamageRecords> logger)
{
    // 16 MiB hold about as many; the rest is found again by the next verification.
    private const int MaxChunksInRecord = 80_000;

    /// <summary>What is known now.</summary>
    internal async Task<KnownDamage> LoadAsync(CancellationToken cancellationToken)
    {
        var ids = new HashSet<ChunkId>();
        var unreadable = new HashSet<byte>();
        await foreach (BlobEntry entry in store.Blobs.ListAsync(BlobNames.DamagedChunks, cancellationToken))
        {
            if (!byte.TryParse(entry.Name.Value.AsSpan(BlobNames.DamagedChunks.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte first)
                || entry.Name != BlobNames.Damaged(first))
            {
                continue;
            }

            (DamageRecord? record, bool opens) = await ReadAsync(first, cancellationToken);
            ids.UnionWith(IdsIn(record));
            if (!opens)
            {
                unreadable.Add(first);
            }
        }

        return new KnownDamage(ids, unreadable);
    }

    /// <summary>Notes chunks as damaged. Repeating it changes nothing. A record that does not open stays as it is: a new one in its place would name fewer chunks.</summary>
    internal async Task AddAsync(IEnumerable<ChunkId> damaged, RunId? runId, CancellationToken cancellationToken)
    {
        foreach (var group in damaged.Distinct().GroupBy(id => id.FirstByte))
        {
            if (await ReadAsync(group.Key, cancellationToken) is { Opens: false })
            {
                continue;
            }

            DamagedChunk[] found = [.. group.Select(id => new DamagedChunk(id.ToString(), time.GetUtcNow(), runId))];
            await store.ChangeRecordAsync(BlobNames.Damaged(group.Key), DamagesJson.Default.DamageRecord, there => With(there, found), cancellationToken);
            LogFound(found.Length, found[0].Id);
        }
    }

    /// <summary>Takes chunks out that were read back whole, or that no backup needs any more.</summary>
    internal async Task RemoveAsync(IEnumerable<ChunkId> sound, CancellationToken cancellationToken)
    {
        foreach (var group in sound.Distinct().GroupBy(id => id.FirstByte))
        {
            HashSet<string> gone = [.. group.Select(id => id.ToString())];
            await store.ChangeRecordAsync(
                BlobNames.Damaged(group.Key),
                DamagesJson.Default.DamageRecord,
                there => there?.Chunks.Any(c => gone.Contains(c.Id)) == true ? there with { Chunks = [.. there.Chunks.Where(c => !gone.Contains(c.Id))] } : there,
                cancellationToken);
        }
    }

    private async Task<(DamageRecord? Record, bool Opens)> ReadAsync(byte first, CancellationToken cancellationToken)
    {
        BlobName name = BlobNames.Damaged(first);
        try
        {
            return (await store.GetDocumentAsync(name, SealedType.Record, DamagesJson.Default.DamageRecord, cancellationToken), true);
        }
        catch (BackupException e) when (e.IsDamage)
        {
            // Its content is lost, so each of its chunks may be damaged.
            LogUnreadable(name.Value, e.Message);
            return (null, false);
        }
    }

    private static DamageRecord With(DamageRecord? there, DamagedChunk[] found)
    {
        IReadOnlyList<DamagedChunk> known = there?.Chunks ?? [];
        HashSet<string> ids = [.. known.Select(c => c.Id)];
        DamagedChunk[] added = [.. found.Where(c => !ids.Contains(c.Id)).Take(MaxChunksInRecord - known.Count)];
        return there is not null && added.Length == 0
            ? there
            : new DamageRecord([.. known.Concat(added).OrderBy(c => c.Id, StringComparer.Ordinal)]);
    }

    private static IEnumerable<ChunkId> IdsIn(DamageRecord? record)
    {
        foreach (DamagedChunk chunk in record?.Chunks ?? [])
        {
            if (ChunkId.TryParse(chunk.Id, out ChunkId id))
            {
                yield return id;
            }
        }
    }

    [LoggerMessage(EventId = 3511, Level = LogLevel.Warning, Message = "{Count} chunks are noted as damaged, first {Id}; later backups put them again")]
    private partial void LogFound(int count, string id);

    [LoggerMessage(EventId = 3512, Level = LogLevel.Error, Message = "The record {Name} does not open, so all of its chunks count as damaged: {Reason}")]
    private partial void LogUnreadable(string name, string reason);
}

/// <summary>Chunks that count as absent.</summary>
internal sealed class KnownDamage(IReadOnlySet<ChunkId> ids, IReadOnlySet<byte> unreadableFirstBytes)
{
    /// <summary>Nothing is damaged.</summary>
    public static KnownDamage None { get; } = new(new HashSet<ChunkId>(), new HashSet<byte>());

    public int Count => ids.Count;

    /// <summary>The chunks that are known one by one.</summary>
    public IReadOnlySet<ChunkId> Ids => ids;

    public bool Contains(ChunkId id) => ids.Contains(id) || (unreadableFirstBytes.Count > 0 && unreadableFirstBytes.Contains(id.FirstByte));
}
