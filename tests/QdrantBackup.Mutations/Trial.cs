using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Stores;

namespace QdrantBackup.Mutations;

/// <summary>How a trial ended.</summary>
internal enum Ending
{
    /// <summary>The backup that was asked for came back, byte for byte.</summary>
    Restored,

    /// <summary>An older one came back, with the warning that the newest is missing.</summary>
    OlderAndSaid,

    /// <summary>It was refused with a message and a hint.</summary>
    Refused,

    /// <summary>What must never happen.</summary>
    Failed,
}

/// <summary>What one trial did and came to.</summary>
/// <param name="Seed">Replays it.</param>
/// <param name="Ending">How it ended.</param>
/// <param name="Told">What was changed, what was asked for, and what happened.</param>
/// <param name="AllocatedBytes">What the process allocated meanwhile.</param>
internal sealed record TrialResult(ulong Seed, Ending Ending, string Told, long AllocatedBytes);

/// <summary>Mutates a store by one seed and restores from it: by a backup's id, or the latest.</summary>
internal sealed class Trial(IStoreKeyRecipient recipient, SmallStore store, IReadOnlyList<SmallStore> others)
{
    // A list or manifest of the greatest length, its plaintext, and what a hundred small blobs take.
    private const long MaxAllocatedBytes = 160L << 20;
    private static readonly long LongestBlob = SealedHeader.MaxSealedLength(SealedType.List);

    private readonly Dictionary<BackupId, IReadOnlyCollection<string>> _needs = [];

    /// <summary>Runs the seed: the same one always does the same.</summary>
    public async Task<TrialResult> RunAsync(ulong seed)
    {
        var chance = new Chance(seed);
        var blobs = new MutableStore(store.States[^1]);
        var mutator = new Mutator(chance, blobs, [.. store.States.SkipLast(1)], others);
        string[] changes = [.. Enumerable.Range(0, 1 + chance.Below(3)).Select(_ => mutator.Mutate())];
        BackupId? id = chance.Below(3) == 0 ? null : chance.Pick(store.Ids);
        StorePins? pins = chance.Below(2) == 0 ? new StorePins(store.StoreId, store.KeyId) : null;

        var before = GC.GetTotalAllocatedBytes();
        var (ending, told) = await RestoreAsync(blobs, id, pins, mutator.Changed);
        var allocated = GC.GetTotalAllocatedBytes() - before;
        if (blobs.LongestAsked > LongestBlob || allocated > MaxAllocatedBytes)
        {
            (ending, told) = (Ending.Failed, $"a read was ready to take {blobs.LongestAsked} bytes, {allocated} bytes were allocated; before that: {told}");
        }

        return new TrialResult(seed, ending, $"{string.Join("; ", changes)}; restore {id?.Value ?? "latest"}{(pins is null ? "" : " of the pinned store")}: {told}", allocated);
    }

    private async Task<(Ending Ending, string Told)> RestoreAsync(MutableStore blobs, BackupId? id, StorePins? pins, IReadOnlyCollection<string> changed)
    {
        try
        {
            using var opened = await StoreOpening.OpenAsync(blobs, [recipient], pins, CancellationToken.None);
            var catalog = new BackupCatalog(opened, Silent<BackupCatalog>.Log);
            if (id is { } named)
            {
                return await IsWholeAsync(opened, catalog, named) ? (Ending.Restored, "byte for byte") : (Ending.Failed, "OTHER BYTES CAME BACK");
            }

            var latest = (await catalog.LatestAsync(SmallStore.Cluster, CancellationToken.None)).Id;
            var gaps = await new StoreHistory(opened, catalog, Silent<StoreHistory>.Log).FindGapsAsync(SmallStore.Cluster, store.Newest, CancellationToken.None);
            if (!await IsWholeAsync(opened, catalog, latest))
            {
                return (Ending.Failed, $"OTHER BYTES CAME BACK as {latest}");
            }

            return latest == store.Newest.Id ? (Ending.Restored, "byte for byte")
                : gaps.Count > 0 ? (Ending.OlderAndSaid, $"{latest} came back, and {gaps[0].Problem}")
                : (Ending.Failed, $"{latest} CAME BACK without the warning that a newer one is missing");
        }
        catch (BackupException e) when (e.Hint.Length > 0)
        {
            // Opening a store that is not pinned reads every key document, and stops at one that contradicts the store.
            return id is { } named && !changed.Any((await NeedsAsync(named)).Contains) && !changed.Any(n => n.StartsWith("keys/", StringComparison.Ordinal))
                ? (Ending.Failed, $"REFUSED though nothing that it needs was changed: {e.Message}")
                : (Ending.Refused, e.Message);
        }
#pragma warning disable CA1031 // Any other exception is what this trial searches for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return (Ending.Failed, $"CRASHED: {e}");
        }
    }

    private async Task<bool> IsWholeAsync(SealedStore opened, BackupCatalog catalog, BackupId id)
    {
        // Ids that the store lists but that were never made here must not restore.
        if (!store.Ids.Contains(id))
        {
            await catalog.OpenAsync(id, CancellationToken.None);
            return false;
        }

        var hashes = new List<string>();
        foreach (var part in (await catalog.OpenAsync(id, CancellationToken.None)).Parts)
        {
            hashes.Add(await HashAsync(opened, part));
        }

        return hashes.SequenceEqual(store.Expected(id));
    }

    private static async Task<string> HashAsync(SealedStore opened, ManifestPart part)
    {
        using var sha256 = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        await foreach (var bytes in new PartReader(opened, 2).ReadAsync(part, CancellationToken.None))
        {
            sha256.AppendData(bytes.Span);
        }

        return Convert.ToHexStringLower(sha256.GetHashAndReset());
    }

    /// <summary>What restoring a backup reads where nothing was changed.</summary>
    private async Task<IReadOnlyCollection<string>> NeedsAsync(BackupId id)
    {
        if (!_needs.TryGetValue(id, out var needs))
        {
            var blobs = new MutableStore(store.States[^1]);
            using var opened = await StoreOpening.OpenAsync(blobs, [recipient], pins: null, CancellationToken.None);
            await IsWholeAsync(opened, new BackupCatalog(opened, Silent<BackupCatalog>.Log), id);
            _needs[id] = needs = blobs.Read;
        }

        return needs;
    }
}
