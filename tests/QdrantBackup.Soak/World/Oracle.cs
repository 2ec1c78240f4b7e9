using System.Security.Cryptography;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Soak.World;

/// <summary>Watches every effect on the store and keeps the first that breaks an invariant (docs/invariants.md, W1 to W4).</summary>
internal sealed class Oracle
{
    private readonly Dictionary<BackupId, Committed> _committed = [];

    private readonly Dictionary<BackupId, string> _takenBack = [];

    private bool _isReplica;

    public string? Violation { get; private set; }

    /// <summary>Backups whose hold was confirmed to the person who placed it.</summary>
    public HashSet<BackupId> Held { get; } = [];

    /// <summary>For which moment the endings were decided that are under way; what was dated in the future then counts for nothing.</summary>
    public DateTimeOffset DecidedAt { get; set; }

    /// <summary>The backups that are ended and still have their manifest.</summary>
    public IEnumerable<BackupId> Ended(BlobService service) => _committed.Keys
        .Where(id => IsEnded(service, id) && service.Get(BlobNames.Manifest(id).Value) is not null)
        .OrderBy(id => id.Value, StringComparer.Ordinal);

    /// <summary>What names the present end of a backup, or null.</summary>
    public string? EndOf(BlobService service, BackupId id) => service.Get(BlobNames.Retirement(id).Value) is { } record ? Convert.ToHexString(SHA256.HashData(record.Content.Span)) : null;

    /// <summary>It was confirmed to somebody that the end of a backup is taken back; what ended it since then is another end.</summary>
    public void TakenBack(BlobService service, BackupId id, string? end)
    {
        if (end is null || EndOf(service, id) != end)
        {
            return;
        }

        _takenBack[id] = end;
        if (service.Get(BlobNames.Manifest(id).Value) is null)
        {
            Report($"W4 the end of {id} is taken back, whose manifest is gone");
        }
    }

    /// <summary>Every backup that was ever committed.</summary>
    public IReadOnlyCollection<BackupId> Committed => _committed.Keys;

    /// <summary>Nothing is committed any more: from now on it is a second store that is watched. Returns what was.</summary>
    public IReadOnlyList<BackupId> BeginReplica()
    {
        BackupId[] known = [.. _committed.Keys.OrderBy(id => id.Value, StringComparer.Ordinal)];
        _committed.Clear();
        _isReplica = true;
        return known;
    }

    public void Report(string violation) => Violation ??= violation;

    public void BeforePut(BlobService service, BlobName name, ReadOnlyMemory<byte> content)
    {
        if (BlobNames.TryReadId(name, BlobNames.Manifests, out BackupId id))
        {
            BeforeManifest(service, name, id, content);
        }
        else if (BlobNames.TryReadId(name, BlobNames.Retirements, out BackupId ended) && Newest(service) == ended)
        {
            Report($"W4 {ended} is ended, the newest complete backup");
        }
    }

    public void BeforeDelete(BlobService service, BlobName name)
    {
        if (BlobNames.TryReadId(name, BlobNames.Manifests, out BackupId id))
        {
            if (_committed.ContainsKey(id) && !IsEnded(service, id))
            {
                Report($"W2 the manifest of {id} is deleted without a record that it was ended");
            }

            if (Held.Contains(id))
            {
                Report($"W4 the manifest of {id} is deleted, which is on hold");
            }

            return;
        }

        foreach ((BackupId owner, Committed backup) in _committed.Where(c => c.Value.Blobs.Contains(name.Value)))
        {
            bool isThere = service.Get(BlobNames.Manifest(owner).Value) is not null;
            if (isThere && !IsEnded(service, owner))
            {
                Report($"W3 {name} is deleted, which {owner} needs");
            }
            else if (isThere && !backup.CameBack)
            {
                Report($"W2 {name} is deleted before the manifest of {owner}");
            }
            else if (Held.Contains(owner))
            {
                Report($"W4 {name} is deleted, which {owner} needs, and that is on hold");
            }
        }
    }

    /// <summary>At the end: what must be there is there, and, with nothing running and all grace over, nothing else.</summary>
    public void CheckRest(BlobService service)
    {
        var needed = new HashSet<string>();
        foreach ((BackupId id, Committed backup) in _committed)
        {
            if (service.Get(BlobNames.Manifest(id).Value) is null)
            {
                continue;
            }

            needed.UnionWith(backup.Blobs);
            if (backup.Blobs.FirstOrDefault(b => service.Get(b) is null) is { } missing)
            {
                Report($"W3 {missing} is gone, which {id} needs");
            }
        }

        // A list that a lost attempt wrote stays as long as the backup that it was for; its chunks do not.
        if (service.Names("chunks/").Concat(service.Names("lists/")).FirstOrDefault(n => !needed.Contains(n) && !IsOfCommitted(service, n)) is { } left)
        {
            Report($"{left} is left though nothing needs it");
        }
    }

    private void BeforeManifest(BlobService service, BlobName name, BackupId id, ReadOnlyMemory<byte> content)
    {
        Manifest manifest = Open(name, content.Span);
        // A copy may come again: there the marker of one that was taken for dead is replaced.
        if (service.Get(name.Value) is { } there && !(_isReplica && Open(name, there.Content.Span).Aborted))
        {
            Report($"W2 the manifest of {id} is put twice");
        }

        if (manifest.Aborted)
        {
            return;
        }

        if (_committed.TryGetValue(id, out Committed? before))
        {
            // A late copy of the put that made it: what was ended stays ended.
            before.CameBack = true;
            if (!IsEnded(service, id))
            {
                Report($"W2 {id} is committed again");
            }

            return;
        }

        var blobs = new HashSet<string>();
        foreach (ManifestRange range in manifest.Parts.SelectMany(p => p.Ranges))
        {
            blobs.Add(range.List);
            if (service.Get(range.List) is not { } list)
            {
                Report($"W1 {id} is committed without {range.List}");
                continue;
            }

            byte[] plaintext = StoreContents.Sealer.Open(SealedType.List, range.List, list.Content.Span);
            blobs.UnionWith(ChunkList.Read(range.List, plaintext).Entries.Where(e => !e.IsInline).Select(e => BlobNames.Chunk(e.Id).Value));
        }

        if (blobs.FirstOrDefault(b => service.Get(b) is null) is { } missing)
        {
            Report($"W1 {id} is committed without {missing}");
        }

        _committed.Add(id, new Committed(blobs, manifest.State == BackupState.Complete));
    }

    private BackupId? Newest(BlobService service)
    {
        BackupId[] complete = [.. _committed
            .Where(c => c.Value.IsComplete && c.Key.Began <= DecidedAt && !IsEnded(service, c.Key) && service.Get(BlobNames.Manifest(c.Key).Value) is not null)
            .Select(c => c.Key)
            .OrderBy(id => id.Value, StringComparer.Ordinal)];
        return complete.Length == 0 ? null : complete[^1];
    }

    private bool IsOfCommitted(BlobService service, string name) =>
        BlobNames.TryReadListOwner(new BlobName(name), out BackupId owner) && _committed.ContainsKey(owner) && service.Get(BlobNames.Manifest(owner).Value) is not null;

    private bool IsEnded(BlobService service, BackupId id) => EndOf(service, id) is { } end && _takenBack.GetValueOrDefault(id) != end;

    private static Manifest Open(BlobName name, ReadOnlySpan<byte> content) => SealedStore.ReadDocument(
        name.Value, StoreContents.Sealer.Open(SealedType.Manifest, name.Value, content), PartsJson.Default.Manifest);
}

/// <summary>A backup that was committed.</summary>
/// <param name="Blobs">The lists and chunks that it needs.</param>
/// <param name="IsComplete">Whether it is complete.</param>
internal sealed record Committed(HashSet<string> Blobs, bool IsComplete)
{
    /// <summary>Whether its manifest was put once more by a late copy of the same request.</summary>
    public bool CameBack { get; set; }
}
