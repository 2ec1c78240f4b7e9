using System.Security.Cryptography;
using System.Text;
using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Usage;

/// <summary>
/// Computes how much room each backup and collection takes by reading every chunk list. Memory is bounded: the ids are processed in slices, and the lists are read once
/// for each (W7). The result is kept in the store until a backup comes or goes.
/// </summary>
public sealed class StoreUsage(SealedStore store, BackupCatalog catalog, TimeProvider time, int maxIdsInMemory = StoreUsage.DefaultMaxIds)
{
    /// <summary>How many chunk ids are kept in memory at once, at about a hundred bytes each.</summary>
    public const int DefaultMaxIds = 1_000_000;

    private const int MaxSlices = 1024;
    private const double WindowDays = 30;

    /// <summary>The report: the stored one, unless a backup came or went since, or <paramref name="fresh"/> asks for a new one.</summary>
    public async Task<UsageReport> ReportAsync(bool fresh, CancellationToken cancellationToken)
    {
        CatalogEntry[] entries = [.. (await catalog.ListAsync(new CatalogFilter(), cancellationToken)).Where(e => e.Summary is not null)];
        string fingerprint = FingerprintOf(entries);
        (UsageReport? kept, bool mayReplace) = await FindKeptAsync(cancellationToken);
        if (!fresh && kept?.Catalog == fingerprint)
        {
            return kept;
        }

        UsageReport report = await WorkOutAsync(entries, fingerprint, cancellationToken);
        if (mayReplace)
        {
            await store.PutDocumentAsync(BlobNames.Usage, SealedType.Record, report, UsageJson.Default.UsageReport, PutCondition.Always, summary: null, cancellationToken);
        }

        return report;
    }

    private async Task<(UsageReport? Kept, bool MayReplace)> FindKeptAsync(CancellationToken cancellationToken)
    {
        try
        {
            return ((await store.FindRenewableAsync(BlobNames.Usage, UsageJson.Default.UsageReport, cancellationToken)).Value, true);
        }
        catch (SealException e) when (e.IsNewerFormat)
        {
            // A newer version keeps its report there; this version computes it each time.
            return (null, false);
        }
    }

    private async Task<UsageReport> WorkOutAsync(CatalogEntry[] entries, string fingerprint, CancellationToken cancellationToken)
    {
        (long chunks, long chunkBytes) = (0, 0);
        await foreach (BlobEntry chunk in store.Blobs.ListAsync(BlobNames.ChunksFolder, cancellationToken))
        {
            (chunks, chunkBytes) = (chunks + 1, chunkBytes + chunk.Length);
        }

        var tally = new UsageTally([.. entries.Select(e => e.Id)]);
        await foreach (BlobEntry list in store.Blobs.ListAsync(BlobNames.Lists, cancellationToken))
        {
            string id = list.Name.Value.Split('/')[1];
            tally.AddListBytes(BackupId.TryParse(id, out BackupId backup) ? backup : null, list.Length);
        }

        await foreach (BlobEntry manifest in store.Blobs.ListAsync(BlobNames.Manifests, cancellationToken))
        {
            tally.AddListBytes(BlobNames.TryReadId(manifest.Name, BlobNames.Manifests, out BackupId backup) ? backup : null, manifest.Length);
        }

        long distinct = Math.Max(chunks, entries.Select(e => e.Summary!.Totals.Chunks).DefaultIfEmpty().Max());
        int slices = (int)Math.Clamp((distinct / maxIdsInMemory) + 1, 1, MaxSlices);
        for (int slice = 1; slice <= slices; slice++)
        {
            await ReadSliceAsync(entries, IdRange.Whole.Slice(slice, slices), isFirst: slice == 1, tally, cancellationToken);
        }

        return tally.ToReport(entries, fingerprint, time.GetUtcNow(), chunks, chunkBytes, GrowthOf(entries, chunkBytes + tally.ListBytes));
    }

    private async Task ReadSliceAsync(CatalogEntry[] entries, IdRange ids, bool isFirst, UsageTally tally, CancellationToken cancellationToken)
    {
        for (int i = 0; i < entries.Length; i++)
        {
            Manifest manifest;
            try
            {
                manifest = await catalog.OpenAsync(entries[i].Id, cancellationToken);
            }
            catch (BackupException e) when (e.IsDamage || e is UsageException)
            {
                // Deleted or damaged since the listing: its chunks are unknown.
                continue;
            }

            foreach (ManifestPart part in manifest.Parts)
            {
                int collection = tally.CollectionOf(manifest.Cluster.Name, part.Key.Collection);
                if (isFirst)
                {
                    bool isRecent = time.GetUtcNow() - manifest.Id.Began <= TimeSpan.FromDays(WindowDays);
                    tally.AddPart(i, collection, part.Length, isRecent ? part.Totals.StoredBytes : 0);
                }

                await foreach (ChunkList list in BackupLists.OpenAsync(store, manifest with { Parts = [part] }, second: null, cancellationToken))
                {
                    tally.AddChunks(i, collection, list.Entries.Where(e => !e.IsInline && ids.Contains(e.Id)));
                }
            }
        }

        tally.EndSlice();
    }

    private Growth GrowthOf(CatalogEntry[] entries, long stored)
    {
        DateTimeOffset now = time.GetUtcNow();
        CatalogEntry[] recent = [.. entries.Where(e => now - e.Id.Began <= TimeSpan.FromDays(WindowDays))];

        // The first backup of a store puts everything; what comes after it is growth.
        CatalogEntry? first = entries.Length > 0 ? entries[^1] : null;
        long put = recent.Where(e => e != first).Sum(e => e.Summary!.Totals.StoredBytes);
        double days = recent.Length == 0 ? 0 : Math.Max(1, (now - recent[^1].Id.Began).TotalDays);
        long perDay = days == 0 ? 0 : (long)(put / days);
        return new Growth(Math.Round(days, 1), perDay, stored + (30 * perDay), stored + (90 * perDay), stored + (365 * perDay));
    }

    private static string FingerprintOf(IEnumerable<CatalogEntry> entries)
    {
        string text = string.Join('\n', entries.Select(e => $"{e.Id} {e.Summary!.ManifestHash} {e.Retired}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
