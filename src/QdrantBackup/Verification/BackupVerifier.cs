using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Manifests;

namespace QdrantBackup.Verification;

/// <summary>Reads backups back and proves them, one part at a time.</summary>
public sealed partial class BackupVerifier(SealedStore store, BackupCatalog catalog, CaptureOptions options, ILogger<BackupVerifier> logger)
{
    private const int MaxDamages = 100;

    /// <summary>Chooses the backup and lists its parts.</summary>
    public async Task<VerifyPlan> PlanAsync(VerifyRequest request, CancellationToken cancellationToken)
    {
        BackupId id = request.BackupId ?? (await catalog.LatestAsync(options.Cluster, cancellationToken)).Id;
        Manifest manifest = await catalog.OpenAsync(id, cancellationToken);
        return new VerifyPlan(id, request.Level, [.. manifest.Parts
            .OrderByDescending(p => p.Proof == PartProof.Owed)
            .ThenBy(p => p.PartNo)
            .Select(p => new VerifyPart(p.PartNo, p.Key, p.Length))]);
    }

    /// <summary>Verifies one part; damages are returned, not thrown. A store that cannot be reached throws.</summary>
    public async Task<PartVerification> VerifyPartAsync(VerifyStep step, CancellationToken cancellationToken)
    {
        Manifest manifest = await catalog.OpenAsync(step.BackupId, cancellationToken);
        ManifestPart part = manifest.Parts.FirstOrDefault(p => p.PartNo == step.PartNo)
            ?? throw new UsageException($"backup {step.BackupId} has no part {step.PartNo}", "Look at what it holds with 'qdrant-backup show'.");
        var found = new DamageLog(part.Key.Collection, MaxDamages);
        var reader = new PartReader(store, Math.Max(1, options.MaxChunksInFlight));
        long bytes = 0;
        bool rebuilt = false;
        try
        {
            PartReader.CheckRanges(part);
            (bytes, rebuilt) = step.Level == VerifyLevel.Exists
                ? (0, await ExistsAsync(reader, part, found, cancellationToken))
                : await ReadAsync(reader, part, found, cancellationToken);
        }
        catch (BackupException e) when (Damages.IsDamage(e))
        {
            found.Add(BlobNames.Manifest(step.BackupId).Value, e);
        }

        if (found.Count > 0)
        {
            LogDamaged(step.BackupId.Value, part.Key.Collection, found.Count, found.First);
        }

        return new PartVerification
        {
            PartNo = part.PartNo,
            Collection = part.Key.Collection,
            Bytes = bytes,
            Chunks = part.Totals.Chunks,
            PaidProof = rebuilt && step.Level == VerifyLevel.Readable && part.Proof == PartProof.Owed,
            Damages = found.Damages,
            DamageCount = found.Count,
        };
    }

    private async Task<bool> ExistsAsync(PartReader reader, ManifestPart part, DamageLog found, CancellationToken cancellationToken)
    {
        var readable = new List<ManifestRange>();
        foreach (ManifestRange range in part.Ranges)
        {
            if (await TryOpenAsync(reader, part, range, found, cancellationToken) is not null)
            {
                readable.Add(range);
            }
        }

        var presence = new ChunkPresence(store, reader, options.MaxKnownChunks);
        foreach (SuspectChunk suspect in await presence.FindDamagedAsync([part with { Ranges = readable }], MaxDamages, cancellationToken))
        {
            found.Add(BlobNames.Chunk(suspect.Entry.Id).Value, suspect.Problem!);
        }

        return found.Count == 0;
    }

    private async Task<(long Bytes, bool Rebuilt)> ReadAsync(PartReader reader, ManifestPart part, DamageLog found, CancellationToken cancellationToken)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long bytes = 0;
        foreach (ManifestRange range in part.Ranges)
        {
            if (await TryOpenAsync(reader, part, range, found, cancellationToken) is { } list)
            {
                bytes += await ReadRangeAsync(reader, range, list, whole, found, cancellationToken);
            }
        }

        bool equal = Convert.ToHexStringLower(whole.GetHashAndReset()) == part.Sha256;
        if (!equal && found.Count == 0)
        {
            found.Add(part.Ranges[0].List, new SealException(
                $"collection '{part.Key.Collection}' does not have the SHA-256 {part.Sha256} that Qdrant reported, though every chunk opens",
                "The bytes changed between Qdrant and the store: restore another backup and make a new one."));
        }

        return (bytes, equal);
    }

    /// <summary>Reads every chunk of a range, also after a damaged one: whoever mends the store wants to know all of them.</summary>
    private async Task<long> ReadRangeAsync(
        PartReader reader, ManifestRange range, ChunkList list, IncrementalHash whole, DamageLog found, CancellationToken cancellationToken)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long bytes = 0;
        bool isWhole = true;
        await foreach ((ChunkListEntry entry, ReadOnlyMemory<byte> content, BackupException? problem) in
            Prefetch.InOrderAsync(list.Entries, Math.Max(1, options.MaxChunksInFlight), (e, cancellation) => TryReadAsync(reader, e, cancellation), cancellationToken))
        {
            if (problem is not null)
            {
                isWhole = false;
                found.Add(BlobNames.Chunk(entry.Id).Value, problem);
            }

            sha256.AppendData(content.Span);
            whole.AppendData(content.Span);
            bytes += content.Length;
        }

        if (isWhole && Convert.ToHexStringLower(sha256.GetHashAndReset()) != range.Sha256)
        {
            found.Add(range.List, new SealException($"the bytes that '{range.List}' rebuilds do not have the SHA-256 that the manifest names", Hints.OtherBackup));
        }

        return bytes;
    }

    private static async Task<(ChunkListEntry Entry, ReadOnlyMemory<byte> Content, BackupException? Problem)> TryReadAsync(
        PartReader reader, ChunkListEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            return (entry, await reader.ReadEntryAsync(entry, cancellationToken), null);
        }
        catch (BackupException e) when (Damages.IsDamage(e))
        {
            return (entry, default, e);
        }
    }

    private static async Task<ChunkList?> TryOpenAsync(
        PartReader reader, ManifestPart part, ManifestRange range, DamageLog found, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.OpenListAsync(part, range, cancellationToken);
        }
        catch (BackupException e) when (Damages.IsDamage(e))
        {
            found.Add(range.List, e);
            return null;
        }
    }

    [LoggerMessage(EventId = 3501, Level = LogLevel.Error, Message = "Backup {Id}, collection {Collection}: {Count} blobs are damaged, first {First}")]
    private partial void LogDamaged(string id, string collection, long count, string first);
}
