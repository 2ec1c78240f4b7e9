using System.Runtime.CompilerServices;
using QdrantBackup.Stores;

namespace QdrantBackup.Parts;

/// <summary>All chunk lists of a backup, one at a time (W7).</summary>
internal static class BackupLists
{
    /// <summary>Opens each list; a list that no store has whole is skipped, because verification reports it.</summary>
    public static async IAsyncEnumerable<ChunkList> OpenAsync(
        SealedStore store, Manifest manifest, SecondReads? second, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = new PartReader(store, 1, second);
        foreach (ManifestPart part in manifest.Parts)
        {
            foreach (ManifestRange range in part.Ranges)
            {
                ChunkList list;
                try
                {
                    list = await reader.OpenListAsync(part, range, cancellationToken);
                }
                catch (BackupException e) when (e.IsDamage)
                {
                    continue;
                }

                yield return list;
            }
        }
    }
}
