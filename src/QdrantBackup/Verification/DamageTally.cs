using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Verification;

/// <summary>Counts which backups need which damaged blobs.</summary>
internal sealed class DamageTally
{
    private readonly DamageReport _report;
    private readonly Dictionary<string, Touched> _byBlob = new(StringComparer.Ordinal);
    private readonly Dictionary<ChunkId, Touched> _byChunk = [];

    public DamageTally(DamageReport report)
    {
        _report = report;
        foreach (Damage damage in report.Damages)
        {
            var touched = new Touched(damage);
            _byBlob.Add(damage.Blob, touched);
            if (BlobNames.TryReadChunk(new BlobName(damage.Blob), out ChunkId id))
            {
                _byChunk.Add(id, touched);
            }
        }
    }

    /// <summary>Whether lists must be read to know which backups the damages affect.</summary>
    public bool HasChunks => _byChunk.Count > 0;

    /// <summary>A backup needs its manifest and its lists; a null manifest opened in neither store.</summary>
    public void Touch(BackupId id, Manifest? manifest)
    {
        Add(BlobNames.Manifest(id).Value, id);
        foreach (ManifestRange range in manifest?.Parts.SelectMany(p => p.Ranges) ?? [])
        {
            Add(range.List, id);
        }
    }

    /// <summary>A backup needs the chunks in its lists.</summary>
    public void Touch(BackupId id, ChunkList list)
    {
        foreach (ChunkListEntry entry in list.Entries.Where(e => !e.IsInline))
        {
            if (_byChunk.TryGetValue(entry.Id, out Touched? touched))
            {
                touched.Add(id);
            }
        }
    }

    /// <summary>How many unrepaired damages a backup needs, and whether any was written that way.</summary>
    public (int Count, bool IsAsWritten) UnmendedOf(BackupId id)
    {
        Damage[] left = [.. _byBlob.Values.Where(t => !t.Damage.IsMended && t.Last == id).Select(t => t.Damage)];
        return (left.Length, left.Any(d => d.IsAsWritten));
    }

    public DamageReport ToReport() => _report with { Damages = [.. _byBlob.Values.Select(t => t.ToDamage())] };

    private void Add(string blob, BackupId id)
    {
        if (_byBlob.TryGetValue(blob, out Touched? touched))
        {
            touched.Add(id);
        }
    }

    private sealed class Touched(Damage damage)
    {
        private readonly List<BackupId> _backups = [.. damage.Backups];
        private int _count = damage.BackupCount;

        public Damage Damage => damage;

        /// <summary>The backup that was seen last: backups come one after the other.</summary>
        public BackupId? Last { get; private set; }

        public void Add(BackupId id)
        {
            if (Last == id || _backups.Contains(id))
            {
                Last = id;
                return;
            }

            Last = id;
            _count++;
            if (_backups.Count < DamageReport.MaxBackups)
            {
                _backups.Add(id);
            }
        }

        public Damage ToDamage() => damage with { Backups = [.. _backups], BackupCount = _count };
    }
}
