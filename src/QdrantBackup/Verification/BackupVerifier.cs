using System.Security.Cryptography;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Verification;

/// <summary>The result of verifying one part.</summary>
internal sealed class PartFindings(DamageLog damages)
{
    /// <summary>What is wrong.</summary>
    public DamageLog Damages { get; } = damages;

    /// <summary>Chunks that were known to be damaged and were read back whole.</summary>
    public HashSet<ChunkId> Sound { get; } = [];

    /// <summary>Bytes read back.</summary>
    public long Bytes { get; set; }

    /// <summary>Whether the whole part was rebuilt and has its SHA-256.</summary>
    public bool IsRebuilt { get; set; }
}

/// <summary>Reads parts back from one store and proves them.</summary>
internal sealed class BackupVerifier(SealedStore store, CaptureOptions options)
{
    private readonly int _inFlight = Math.Max(1, options.MaxChunksInFlight);

    /// <summary>
    /// Verifies one part; damages are returned, not thrown. A store that cannot be reached throws. With a second store, a list that is damaged here
    /// is read there, so that damage in its chunks is found too.
    /// </summary>
    public async Task<PartFindings> VerifyPartAsync(
        Manifest manifest, ManifestPart part, VerifyLevel level, KnownDamage known, SecondReads? second, CancellationToken cancellationToken)
    {
        var found = new PartFindings(new DamageLog(part.Key.Collection, DamageReport.MaxDamages));
        try
        {
            PartReader.CheckRanges(part);
            await (level == VerifyLevel.Exists
                ? ExistsAsync(part, known, second, found, cancellationToken)
                : ReadAsync(manifest, part, level, known, second, found, cancellationToken));
        }
        catch (BackupException e) when (e.IsDamage)
        {
            found.Damages.Add(BlobNames.Manifest(manifest.Id).Value, e);
        }

        return found;
    }

    private async Task ExistsAsync(ManifestPart part, KnownDamage known, SecondReads? second, PartFindings found, CancellationToken cancellationToken)
    {
        var reader = new PartReader(store, _inFlight, second);
        var readable = new List<ManifestRange>();
        foreach (ManifestRange range in part.Ranges)
        {
            if (await TryOpenAsync(part, range, second, found.Damages, cancellationToken) is not null)
            {
                readable.Add(range);
            }
        }

        var presence = new ChunkPresence(store, new PartReader(store, _inFlight), options.MaxKnownChunks, known, reader);
        foreach (SuspectChunk suspect in await presence.FindDamagedAsync([part with { Ranges = readable }], DamageReport.MaxDamages, cancellationToken))
        {
            found.Damages.Add(BlobNames.Chunk(suspect.Entry.Id).Value, suspect.Problem!);
        }

        found.Sound.UnionWith(presence.Sound);
    }

    private async Task ReadAsync(
        Manifest manifest, ManifestPart part, VerifyLevel level, KnownDamage known, SecondReads? second, PartFindings found, CancellationToken cancellationToken)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ArchiveWalk? walk = level == VerifyLevel.Restorable ? new ArchiveWalk() : null;
        foreach (ManifestRange range in part.Ranges)
        {
            if (await TryOpenAsync(part, range, second, found.Damages, cancellationToken) is { } list)
            {
                await ReadRangeAsync(list, known, found, bytes =>
                {
                    whole.AppendData(bytes.Span);
                    walk?.Append(bytes.Span);
                }, cancellationToken);
            }
        }

        found.IsRebuilt = Convert.ToHexStringLower(whole.GetHashAndReset()) == part.Sha256;
        if (found.Damages.Count > 0)
        {
            return;
        }

        if (!found.IsRebuilt)
        {
            found.Damages.Add(part.Ranges[0].List, new SealException(
                $"collection '{part.Key.Collection}' does not have the SHA-256 {part.Sha256} that Qdrant reported, though every chunk opens",
                "The bytes changed between Qdrant and the store: restore another backup and make a new one."), isAsWritten: true);
        }
        else if (walk is not null && RestorableCheck.PartProblem(manifest, part, walk.Summary) is { } problem)
        {
            found.Damages.Add(part.Ranges[0].List, RestorableCheck.Failure(manifest, $"collection '{part.Key.Collection}': {problem}"), isAsWritten: true);
        }
    }

    /// <summary>Reads every chunk of a range, also after a damaged one: a repair needs all of them.</summary>
    private async Task ReadRangeAsync(
        ChunkList list, KnownDamage known, PartFindings found, Action<ReadOnlyMemory<byte>> take, CancellationToken cancellationToken)
    {
        var reader = new PartReader(store, _inFlight);
        await foreach ((ChunkListEntry entry, ReadOnlyMemory<byte> content, BackupException? problem) in
            Prefetch.InOrderAsync(list.Entries, _inFlight, (e, cancellation) => TryReadAsync(reader, e, cancellation), cancellationToken))
        {
            if (problem is not null)
            {
                found.Damages.Add(BlobNames.Chunk(entry.Id).Value, problem);
            }
            else if (!entry.IsInline && known.Contains(entry.Id))
            {
                found.Sound.Add(entry.Id);
            }

            take(content);
            found.Bytes += content.Length;
        }
    }

    private static async Task<(ChunkListEntry Entry, ReadOnlyMemory<byte> Content, BackupException? Problem)> TryReadAsync(
        PartReader reader, ChunkListEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            return (entry, await reader.ReadEntryAsync(entry, cancellationToken), null);
        }
        catch (BackupException e) when (e.IsDamage)
        {
            return (entry, default, e);
        }
    }

    /// <summary>The list of this store; a damaged one is noted, and the second store's is used instead.</summary>
    private async Task<ChunkList?> TryOpenAsync(ManifestPart part, ManifestRange range, SecondReads? second, DamageLog found, CancellationToken cancellationToken)
    {
        try
        {
            return await new PartReader(store, _inFlight).OpenListAsync(part, range, cancellationToken);
        }
        catch (BackupException e) when (e.IsDamage)
        {
            found.Add(range.List, e);
        }

        try
        {
            return second is null ? null : await new PartReader(store, _inFlight, second).OpenListAsync(part, range, cancellationToken);
        }
        catch (BackupException)
        {
            // Neither store has it whole: its chunks are unknown.
            return null;
        }
    }
}
