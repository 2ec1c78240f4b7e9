using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Verification;

/// <summary>Computes a plan's items page by page: a store may have millions of parts, and a plan must stay small.</summary>
internal sealed class VerifyItems(VerifyPlan plan, BackupCatalog catalog, OtherCopy? other, CaptureOptions options)
{
    private readonly List<VerifyItem> _items = [];

    /// <summary>The item of one part.</summary>
    public static VerifyItem Part(BackupId id, ManifestPart part, VerifyLevel level) =>
        new() { BackupId = id, PartNo = part.PartNo, Level = level, Name = part.Key.Collection, Length = level == VerifyLevel.Exists ? 0 : part.Length };

    /// <summary>The level for parts. When chunks are read one by one, only the rest of the parts remains: their lists must open.</summary>
    public static VerifyLevel LevelOfParts(VerifyRequest request) =>
        request.Level == VerifyLevel.Readable && (request.All || request.Subset is not null) ? VerifyLevel.Exists : request.Level;

    /// <summary>
    /// The stretches of ids whose chunks are read one by one: in the whole store, or in one backup's share. A whole backup is read part by part instead, which
    /// proves its hashes too.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="chunks">How many chunks the one backup has; the ids of a stretch must fit into memory (W7).</param>
    /// <param name="options">The limit of ids in memory.</param>
    public static IReadOnlyList<IdRange> Stretches(VerifyPlan plan, long chunks, CaptureOptions options)
    {
        VerifyRequest request = plan.Request;
        if (request.Level != VerifyLevel.Readable || (request.Subset is null && !request.All))
        {
            return [];
        }

        IdRange ids = request.Subset?.Ids ?? IdRange.Whole;
        int slices = (int)Math.Clamp((chunks / (request.Subset?.Of ?? 1) / options.MaxKnownChunks) + 1, 1, 1000);
        return request.All ? [.. ids.ByFirstByte()] : [.. Enumerable.Range(1, slices).Select(n => ids.Slice(n, slices))];
    }

    /// <summary>At least one item, unless the plan is at its end, and about <paramref name="count"/> at most.</summary>
    public async Task<VerifyPage> ListAsync(VerifyCursor cursor, int count, CancellationToken cancellationToken)
    {
        _items.AddRange(plan.Owed.Skip(cursor.Owed).Take(count));
        cursor = cursor with { Owed = cursor.Owed + _items.Count };
        while (_items.Count < count && cursor.Backup < plan.Backups.Count)
        {
            IReadOnlyList<VerifyItem> own = await ItemsOfAsync(plan.Backups[cursor.Backup], cancellationToken);
            int taken = Math.Min(count - _items.Count, Math.Max(0, own.Count - cursor.Item));
            _items.AddRange(own.Skip(cursor.Item).Take(taken));
            cursor = cursor.Item + taken >= own.Count
                ? cursor with { Backup = cursor.Backup + 1, Item = 0 }
                : cursor with { Item = cursor.Item + taken };
        }

        if (_items.Count < count)
        {
            IReadOnlyList<VerifyItem> stretches = await StretchesAsync(cancellationToken);
            VerifyItem[] taken = [.. stretches.Skip(cursor.Stretch).Take(count - _items.Count)];
            _items.AddRange(taken);
            cursor = cursor with { Stretch = cursor.Stretch + taken.Length };
            if (cursor.Stretch >= stretches.Count)
            {
                return new VerifyPage(_items, Next: null);
            }
        }

        return new VerifyPage(_items, cursor);
    }

    private async Task<IReadOnlyList<VerifyItem>> ItemsOfAsync(BackupId id, CancellationToken cancellationToken)
    {
        VerifyRequest request = plan.Request;
        VerifyLevel level = LevelOfParts(request);
        var own = new VerifyItem { BackupId = id, Level = level, Name = BlobNames.Manifest(id).Value };
        try
        {
            SecondReads? second = other?.NewReads();
            (Manifest manifest, _) = await catalog.OpenWithHashAsync(id, second, cancellationToken);
            IEnumerable<VerifyItem> parts = manifest.Parts
                .Where(p => request.Subset?.Holds(id, p.PartNo) ?? true)
                .OrderByDescending(p => p.Proof == PartProof.Owed)
                .ThenBy(p => p.PartNo)
                .Select(p => Part(id, p, level));

            // Damage of the manifest itself is an item of its own: that it was read from the other store, or that it claims more than it holds.
            return level == VerifyLevel.Restorable || second?.Replaced.Count > 0 ? [own, .. parts] : [.. parts];
        }
        catch (BackupException e) when (e.IsDamage || e is UsageException)
        {
            return [own];
        }
    }

    private async Task<IReadOnlyList<VerifyItem>> StretchesAsync(CancellationToken cancellationToken)
    {
        BackupId? backup = plan.Request.All ? null : plan.Backups[0];
        long chunks = 0;
        try
        {
            if (backup is { } id && plan.Request.Subset is not null)
            {
                (Manifest manifest, _) = await catalog.OpenWithHashAsync(id, other?.NewReads(), cancellationToken);
                chunks = manifest.Totals.Chunks;
            }
        }
        catch (BackupException e) when (e.IsDamage || e is UsageException)
        {
            return [];
        }

        return [.. Stretches(plan, chunks, options).Select(ids => new VerifyItem { BackupId = backup, Ids = ids, Level = VerifyLevel.Readable, Name = "chunks" })];
    }
}
