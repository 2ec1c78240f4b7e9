using System.Text.Json;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Parts;

/// <summary>Reads and writes manifests and the summaries beside them (docs/format.md §6).</summary>
internal sealed class ManifestDocuments(SealedStore store)
{
    /// <summary>The keyed hash of a manifest's plaintext.</summary>
    public string HashOf(ReadOnlySpan<byte> plaintext) => Convert.ToHexStringLower(store.Sealer.KeyedHash(KeyedHashUse.ManifestHash, plaintext));

    /// <summary>Opens a manifest and checks that it belongs to this backup; null when it is missing.</summary>
    public async Task<(Manifest Manifest, string Hash)?> FindAsync(BackupId id, CancellationToken cancellationToken)
    {
        BlobName name = BlobNames.Manifest(id);
        if (await store.FindPlainAsync(name, SealedType.Manifest, cancellationToken) is not { } found)
        {
            return null;
        }

        Manifest manifest = SealedStore.ReadDocument(name.Value, found.Value, PartsJson.Default.Manifest);
        if (manifest.Id != id)
        {
            throw new SealException($"'{name}' is the manifest of {manifest.Id}", Hints.OtherBackup);
        }

        ManifestChecks.Check(name.Value, manifest);
        return (manifest, HashOf(found.Value));
    }

    /// <summary>How a manifest may be put where no backup is: under a free name, or over exactly the marker that is there. Null where a manifest is, damaged or not.</summary>
    public async Task<PutCondition?> ConditionWhereNoneAsync(BackupId id, CancellationToken cancellationToken)
    {
        if (await store.Blobs.FindAsync(BlobNames.Manifest(id), cancellationToken) is not { } there)
        {
            return PutCondition.OnlyIfAbsent;
        }

        try
        {
            return await FindAsync(id, cancellationToken) is { Manifest.Aborted: true } ? PutCondition.OnlyIfMatch(there.ETag) : null;
        }
        catch (BackupException e) when (e.IsDamage)
        {
            return null;
        }
    }

    /// <summary>Opens the summary that came with a listing; null when it is missing or cannot be trusted.</summary>
    public BackupSummary? TryOpenSummary(BlobEntry entry, BackupId id)
    {
        if (entry.Summary is null)
        {
            return null;
        }

        try
        {
            byte[] plaintext = store.Sealer.Open(SealedType.Summary, BlobNames.SummaryOf(entry.Name), Convert.FromBase64String(entry.Summary));
            BackupSummary summary = SealedStore.ReadDocument(BlobNames.SummaryOf(entry.Name), plaintext, PartsJson.Default.BackupSummary);
            return summary.Id == id ? summary : null;
        }
        catch (Exception e) when (e is SealException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Seals a summary so that it fits beside its manifest, with as many names of collections as there is room for.</summary>
    public string SealSummary(BackupSummary summary)
    {
        string name = BlobNames.SummaryOf(BlobNames.Manifest(summary.Id));
        for (int names = summary.Collections.Count; ; names /= 2)
        {
            byte[] plaintext = JsonSerializer.SerializeToUtf8Bytes(
                summary with { Collections = [.. summary.Collections.Take(names)] }, PartsJson.Default.BackupSummary);
            if (plaintext.Length <= SealedHeader.MaxPlainLength(SealedType.Summary)
                && Convert.ToBase64String(store.Sealer.Seal(SealedType.Summary, name, plaintext)) is { Length: <= BlobSummary.MaxLength } text)
            {
                return text;
            }

            if (names == 0)
            {
                throw new UsageException($"the summary of {summary.Id} does not fit", "Use a shorter name for the cluster, the schedule and its classes.");
            }
        }
    }

    /// <summary>The extract of a manifest that a listing needs.</summary>
    public static BackupSummary Summarize(Manifest manifest, string hash) => new()
    {
        Format = manifest.Format,
        Id = manifest.Id,
        Aborted = manifest.Aborted,
        Cluster = manifest.Cluster.Name,
        Started = manifest.Started,
        Finished = manifest.Finished,
        State = manifest.State,
        Schedule = manifest.Schedule,
        Classes = manifest.Classes,
        Selection = manifest.Selection?.Key,
        Suspect = manifest.Suspect,
        Collections = [.. manifest.Collections.Where(c => c.Covered).Select(c => c.Name)],
        CollectionCount = manifest.Collections.Count(c => c.Covered),
        PartCount = manifest.Parts.Count,
        OwedProofs = manifest.Parts.Count(p => p.Proof == PartProof.Owed),
        PointCount = manifest.Collections.Where(c => c.Covered).Aggregate(0UL, (sum, c) => sum + (c.PointCount ?? 0)),
        UncountedCollections = manifest.Collections.Count(c => c.Covered && c.PointCount is null) is > 0 and var uncounted ? uncounted : null,
        Totals = manifest.Totals,
        ManifestHash = hash,
    };
}
