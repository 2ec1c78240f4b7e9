using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using QdrantBackup.Capture;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Verification;

namespace QdrantBackup.Replication;

/// <summary>Copies the chunks and lists of one part that no pinned backup in the target has: the writer's rules hold for copies too (docs/format.md §7).</summary>
public sealed partial class PartCopy(SealedStore records, CopyEnds ends, CaptureOptions options, TimeProvider time, ILogger<PartCopy> logger)
{
    private const int EntriesPerLook = 64;

    private readonly int _inFlight = Math.Max(1, options.MaxChunksInFlight);

    /// <summary>Begins a backup: chooses the backups in the target that it may rely on, pins them, and only then reads whether they exist.</summary>
    public async Task BeginAsync(RunId runId, BackupId id, CancellationToken cancellationToken)
    {
        (Manifest manifest, string hash) = await ends.SourceCatalog.OpenWithHashAsync(id, cancellationToken);
        BackupId[] there = [.. (await ends.TargetCatalog.ListAsync(new QdrantBackup.Catalog.CatalogFilter { Cluster = manifest.Cluster.Name }, cancellationToken))
            .Where(e => e is { Retired: false, Summary: not null } && e.Id != id)
            .Select(e => e.Id)];
        BackupId[] neighbours = [.. there.Where(t => IsBefore(t, id)).Take(1), .. there.Where(t => IsBefore(id, t)).TakeLast(1)];

        // The backup itself is pinned too, so that a pruner of the target knows that its lists, and maybe its manifest, are on their way.
        await ends.TargetPins.WriteAsync(runId, RunKind.Copy, neighbours, copies: [id], cancellationToken);
        await ends.NoteBegunAsync(id, hash, runId, cancellationToken);
        var alive = new List<BackupId>();
        foreach (BackupId neighbour in neighbours)
        {
            if (await TryOpenAsync(neighbour, cancellationToken) is not null)
            {
                alive.Add(neighbour);
            }
        }

        await records.PutDocumentAsync(
            NameOf(runId, id), SealedType.Record, new CopyBases(id, hash, alive), ReplicationJson.Default.CopyBases, PutCondition.Always, summary: null, cancellationToken);
    }

    /// <summary>Copies until the time is used up or the part is done. Repeating it is harmless.</summary>
    public async Task<CopyReceipt> CopyAsync(CopyStep step, CancellationToken cancellationToken)
    {
        CopyBases bases = await ReadBasesAsync(step.RunId, step.BackupId, cancellationToken);
        Manifest manifest = await OpenAsync(bases, cancellationToken);
        ManifestPart part = manifest.Parts.First(p => p.PartNo == step.PartNo);
        PartReader.CheckRanges(part);
        KnownChunks known = await KnownAsync(part.Key, bases, cancellationToken);
        var receipt = new CopyReceipt();
        long began = time.GetTimestamp();
        for (int range = step.Range; range < part.Ranges.Count; range++)
        {
            ChunkList list = await new PartReader(ends.Source, _inFlight).OpenListAsync(part, part.Ranges[range], cancellationToken);
            int entry = range == step.Range ? step.Entry : 0;
            foreach (ChunkListEntry[] some in list.Entries.Skip(entry).Chunk(EntriesPerLook))
            {
                receipt = await CopyAsync(some, known, receipt, cancellationToken);
                entry += some.Length;
                if (time.GetElapsedTime(began) >= options.TransferTime)
                {
                    return receipt with { Next = step with { Range = range, Entry = entry } };
                }
            }

            // After its chunks, as a backup puts it.
            receipt = receipt with { StoredBytes = receipt.StoredBytes + await CopyListAsync(part.Ranges[range], cancellationToken) };
        }

        LogCopied(step.BackupId.Value, part.Key.Collection, receipt.Chunks, receipt.StoredBytes, receipt.Reused);
        return receipt;
    }

    /// <summary>Reads a copied part back, all of it, before the copy counts.</summary>
    /// <exception cref="SealException">A blob in the target is damaged.</exception>
    public async Task CheckAsync(CopyStep step, CancellationToken cancellationToken)
    {
        Manifest manifest = await OpenAsync(await ReadBasesAsync(step.RunId, step.BackupId, cancellationToken), cancellationToken);
        ManifestPart part = manifest.Parts.First(p => p.PartNo == step.PartNo);
        PartFindings found = await new BackupVerifier(ends.Target, options).VerifyPartAsync(
            manifest, part, VerifyLevel.Readable, KnownDamage.None, second: null, cancellationToken);
        if (found.Damages.Damages is [var first, ..])
        {
            throw new SealException($"collection '{part.Key.Collection}' was copied and does not read back: {first.What}", "Look at the disk or account of the second store, then copy again.");
        }
    }

    internal async Task<CopyBases> ReadBasesAsync(RunId runId, BackupId id, CancellationToken cancellationToken)
    {
        BlobName name = NameOf(runId, id);
        return await records.GetDocumentAsync(name, SealedType.Record, ReplicationJson.Default.CopyBases, cancellationToken)
            ?? throw new MissingBlobException(name, "is missing: a copy relies only on what it pinned");
    }

    private async Task<Manifest> OpenAsync(CopyBases bases, CancellationToken cancellationToken)
    {
        (Manifest manifest, string hash) = await ends.SourceCatalog.OpenWithHashAsync(bases.BackupId, cancellationToken);
        return hash == bases.ManifestHash
            ? manifest
            : throw new SealException($"the manifest of {bases.BackupId} is not the one that the copy began with", "It was replaced: find out by whom, then copy again.");
    }

    private async Task<CopyReceipt> CopyAsync(IReadOnlyList<ChunkListEntry> entries, KnownChunks known, CopyReceipt receipt, CancellationToken cancellationToken)
    {
        ChunkListEntry[] chunks = [.. entries.Where(e => !e.IsInline)];
        ChunkListEntry[] missing = [.. chunks.Where(e => !known.TryGet(e.Id, out _)).DistinctBy(e => e.Id)];
        var copy = new ChunkCopy(ends.Source, ends.Target);
        var lengths = new ConcurrentDictionary<ChunkId, long>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _inFlight, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(missing, parallel, async (entry, cancellation) =>
        {
            try
            {
                lengths[entry.Id] = await copy.CopyAsync(entry.Id, cancellation);
            }
            catch (BackupException e) when (e.IsDamage)
            {
                // Noted from now on, so that the next backup uploads it again.
                await ends.SourceDamage.AddAsync([entry.Id], runId: null, cancellation);
                throw;
            }
        });
        foreach (ChunkListEntry entry in missing)
        {
            known.Add(entry.Id, entry.SealedLength);
        }

        return receipt with
        {
            Chunks = receipt.Chunks + missing.Length,
            StoredBytes = receipt.StoredBytes + lengths.Values.Sum(),
            Reused = receipt.Reused + chunks.Length - missing.Length,
        };
    }

    private async Task<KnownChunks> KnownAsync(PartKey key, CopyBases bases, CancellationToken cancellationToken)
    {
        var known = new KnownChunks(options.MaxKnownChunks, await ends.TargetDamage.LoadAsync(cancellationToken));
        var reader = new PartReader(ends.Target, _inFlight);
        foreach (BackupId id in bases.Bases)
        {
            // One that is damaged by now is no base: its chunks are copied again.
            if (await TryOpenAsync(id, cancellationToken) is { } manifest && BackupBases.PartOf(manifest, key) is { } part)
            {
                await known.AddBaseAsync(reader, part, logger, cancellationToken);
            }
        }

        return known;
    }

    private async Task<long> CopyListAsync(ManifestRange range, CancellationToken cancellationToken)
    {
        var name = new BlobName(range.List);
        StoredBlob list = await ends.Source.Blobs.GetAsync(name, SealedHeader.MaxSealedLength(SealedType.List), cancellationToken)
            ?? throw new MissingBlobException(name, "was there and is missing now");
        return (await ends.Target.Blobs.PutAsync(name, list.Content, PutCondition.Always, summary: null, cancellationToken)).Length;
    }

    private async Task<Manifest?> TryOpenAsync(BackupId id, CancellationToken cancellationToken)
    {
        try
        {
            return await ends.TargetCatalog.IsRetiredAsync(id, cancellationToken) ? null : await ends.TargetCatalog.OpenAsync(id, cancellationToken);
        }
        catch (BackupException e) when (e.IsDamage || e is UsageException)
        {
            return null;
        }
    }

    private static bool IsBefore(BackupId left, BackupId right) => string.CompareOrdinal(left.Value, right.Value) < 0;

    private static BlobName NameOf(RunId runId, BackupId id) => BlobNames.Run(runId, $"copy-{id}");

    [LoggerMessage(EventId = 3701, Level = LogLevel.Information, Message = "Backup {Id}, collection {Collection}: {Chunks} chunks copied, {Bytes} bytes, {Reused} chunks reused")]
    private partial void LogCopied(string id, string collection, long chunks, long bytes, long reused);
}
