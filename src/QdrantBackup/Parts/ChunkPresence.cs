using System.Collections.Concurrent;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Parts;

/// <summary>A chunk that does not match its entry in a list.</summary>
/// <param name="Entry">The list's entry.</param>
/// <param name="Collection">A collection that needs it.</param>
/// <param name="Problem">What is wrong, or null when reading it back showed that it is sound.</param>
internal sealed record SuspectChunk(ChunkListEntry Entry, string Collection, BackupException? Problem);

/// <summary>
/// Checks by listing that chunks exist with their sealed lengths (W1), and by reading those that are known to be damaged; memory is bounded by working
/// through the ids in slices.
/// </summary>
internal sealed class ChunkPresence(SealedStore store, PartReader reader, int maxIdsInMemory, KnownDamage? damage = null, PartReader? listReader = null)
{
    private const int MaxListings = 8;
    private const int MaxSlices = 256;
    private readonly KnownDamage _damage = damage ?? KnownDamage.None;
    private readonly HashSet<ChunkId> _sound = [];

    /// <summary>Chunks that were known to be damaged and were read back whole.</summary>
    public IReadOnlyCollection<ChunkId> Sound => _sound;

    /// <summary>Those chunks of the parts that are missing or damaged. A chunk whose length differs from its list is read back: a later writer may have sealed it again.</summary>
    public async Task<IReadOnlyList<SuspectChunk>> FindDamagedAsync(IReadOnlyList<ManifestPart> parts, int maxResults, CancellationToken cancellationToken)
    {
        long count = parts.Sum(p => Math.Clamp(p.Totals.Chunks, 0, int.MaxValue));
        int slices = 1;
        while (slices < MaxSlices && count / slices > maxIdsInMemory)
        {
            slices *= 2;
        }

        var damaged = new List<SuspectChunk>();
        for (int slice = 0; slice < slices && damaged.Count < maxResults; slice++)
        {
            Dictionary<ChunkId, (ChunkListEntry Entry, string Collection)> expected = await CollectAsync(parts, slice, slices, cancellationToken);
            await foreach (SuspectChunk suspect in ReadBackAsync(await RemovePresentAsync(expected, cancellationToken), cancellationToken))
            {
                damaged.Add(suspect);
                if (damaged.Count >= maxResults)
                {
                    break;
                }
            }
        }

        return damaged;
    }

    private async Task<Dictionary<ChunkId, (ChunkListEntry Entry, string Collection)>> CollectAsync(
        IReadOnlyList<ManifestPart> parts, int slice, int slices, CancellationToken cancellationToken)
    {
        var expected = new Dictionary<ChunkId, (ChunkListEntry, string)>();
        foreach (ManifestPart part in parts)
        {
            foreach (ManifestRange range in part.Ranges)
            {
                ChunkList list = await (listReader ?? reader).OpenListAsync(part, range, cancellationToken);
                foreach (ChunkListEntry entry in list.Entries)
                {
                    if (!entry.IsInline && entry.Id.FirstByte * slices / 256 == slice)
                    {
                        expected.TryAdd(entry.Id, (entry, part.Key.Collection));
                    }
                }
            }
        }

        return expected;
    }

    private async Task<IEnumerable<(ChunkListEntry Entry, string Collection)>> RemovePresentAsync(
        Dictionary<ChunkId, (ChunkListEntry Entry, string Collection)> expected, CancellationToken cancellationToken)
    {
        var byName = expected.Values.GroupBy(e => e.Entry.Id.FirstByte);
        var suspects = new ConcurrentBag<(ChunkListEntry, string)>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxListings, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(byName, options, async (group, cancellation) =>
        {
            Dictionary<string, (ChunkListEntry Entry, string Collection)> missing = group.ToDictionary(e => BlobNames.Chunk(e.Entry.Id).Value);
            await foreach (BlobEntry blob in store.Blobs.ListAsync(BlobNames.Chunks(group.Key), cancellation))
            {
                if (missing.TryGetValue(blob.Name.Value, out var expectation) && expectation.Entry.SealedLength == blob.Length && !_damage.Contains(expectation.Entry.Id))
                {
                    missing.Remove(blob.Name.Value);
                }
            }

            foreach (var suspect in missing.Values)
            {
                suspects.Add(suspect);
            }
        });
        return suspects;
    }

    private async IAsyncEnumerable<SuspectChunk> ReadBackAsync(
        IEnumerable<(ChunkListEntry Entry, string Collection)> suspects, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach ((ChunkListEntry entry, string collection) in suspects)
        {
            BackupException? problem = null;
            try
            {
                _ = await reader.ReadEntryAsync(entry, cancellationToken);
            }
            catch (BackupException e) when (e.IsDamage)
            {
                problem = e;
            }

            if (problem is not null)
            {
                yield return new SuspectChunk(entry, collection, problem);
            }
            else if (_damage.Contains(entry.Id))
            {
                _sound.Add(entry.Id);
            }
        }
    }
}
