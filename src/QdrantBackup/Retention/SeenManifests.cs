using QdrantBackup.Ids;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>
/// Compares manifests with what maintenance remembers of them. A manifest is written once. If its content changed, or it became the marker of a dead run, it was replaced by
/// somebody with the store key, who may want its chunks pruned.
/// </summary>
internal sealed class SeenManifests(MemoryRecord memory, bool acceptChanges)
{
    private readonly Dictionary<BackupId, string> _new = [];

    /// <summary>The manifests that were read for the first time, or whose new content a person accepted.</summary>
    public IReadOnlyDictionary<BackupId, string> New => _new;

    /// <summary>The backups whose manifests maintenance has seen.</summary>
    public IEnumerable<BackupId> Ids => memory.Manifests.Keys.Where(k => BackupId.TryParse(k, out _)).Select(k => new BackupId(k));

    /// <summary>Whether maintenance has seen a manifest of this backup.</summary>
    public bool Contains(BackupId id) => memory.HashOf(id) is not null;

    /// <summary>Takes note of a manifest; its hash is null where a marker lies in its place.</summary>
    /// <exception cref="RefusedException">It differs from what maintenance has seen, and the request does not accept that.</exception>
    public void Check(BackupId id, string? hash)
    {
        string? known = memory.HashOf(id);
        if (known is not null && known != hash && !acceptChanges)
        {
            string what = hash is null ? "the marker of a dead run took the place of" : "another content took the place of";
            throw new RefusedException(
                $"nothing is pruned: {what} 'manifests/{id}', which maintenance has seen before",
                "Put the manifest back from soft delete, an older version or the second store, and find out who replaced it. "
                + "If the new content is right, accept it with 'qdrant-backup cleanup --yes-delete-unusual'.");
        }

        if (hash is not null && hash != known)
        {
            _new[id] = hash;
        }
    }
}
