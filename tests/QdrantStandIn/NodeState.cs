using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace QdrantStandIn;

/// <summary>Everything one server knows. It outlives the listening, as a disk outlives a process.</summary>
internal sealed class NodeState(StandInOptions options) : IDisposable
{
    private readonly Dictionary<string, Collection> _collections = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _aliases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, StoredSnapshot>> _snapshots = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Archive> _loaded = new(StringComparer.Ordinal);
    private long _inode = 0xc88000;

    public Lock Gate { get; } = new();

    public StandInOptions Options { get; set; } = options;

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("qdrant-stand-in-").FullName;

    public KnownArchives Known { get; } = new();

    public Faults Faults { get; } = new();

    /// <summary>When the process was started.</summary>
    public DateTimeOffset Startup { get; set; } = options.Time.GetUtcNow();

    /// <summary>The snapshots that were begun since, by the name that the request used: an alias has a row of its own, and so has a collection that does not exist.</summary>
    public ConcurrentDictionary<string, SnapshotCount> Snapshots { get; } = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, Collection> Collections => _collections;

    public IReadOnlyDictionary<string, string> Aliases => _aliases;

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    /// <summary>The collection of that name, or that an alias of that name points to.</summary>
    public (string Name, Collection Collection) Resolve(string name)
    {
        var actual = _aliases.GetValueOrDefault(name, name);
        return _collections.TryGetValue(actual, out var collection) ? (actual, collection) : throw Failure.NoCollection(name);
    }

    public void Create(string name, JsonObject request)
    {
        CheckName(name);
        if (_collections.ContainsKey(name))
        {
            throw new Failure(409, $"Wrong input: Collection `{name}` already exists!");
        }

        var config = EmptyCollection.Config(request);
        var path = NewPath();
        File.WriteAllBytes(path, new TarBuilder().AddCollection(config, points: 0).Finish());
        _collections[name] = new Collection { Archive = FileArchive.Of(path), Info = EmptyCollection.Info(config, [], 0), Count = 0 };
    }

    /// <summary>Writes points into a collection that was made here; the snapshot of a recorded one could not hold them.</summary>
    public int Upsert(string name, JsonArray points)
    {
        var (actual, collection) = Resolve(name);
        if (collection.Count != collection.Points.Count)
        {
            throw Failure.Service("the stand-in cannot write points into a recorded collection");
        }

        var all = collection.Points.ToDictionary(p => p!["id"]!.ToJsonString(), p => p!.DeepClone(), StringComparer.Ordinal);
        foreach (var point in points)
        {
            all[point!["id"]!.ToJsonString()] = point.DeepClone();
        }

        var sorted = new JsonArray([.. all.OrderBy(p => p.Key.Length).ThenBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Value)]);
        var config = collection.Info["config"]!.AsObject();
        var path = NewPath();
        File.WriteAllBytes(path, new TarBuilder().AddCollection(config, sorted.Count, sorted).Finish());
        var info = collection.Info.DeepClone().AsObject();
        info["points_count"] = sorted.Count;
        var operations = collection.Operations + 1;
        _collections[actual] = new Collection { Archive = FileArchive.Of(path), Info = info, Count = sorted.Count, Points = sorted, Operations = operations };
        return operations;
    }

    public bool Delete(string name)
    {
        foreach (var alias in _aliases.Where(a => string.Equals(a.Value, name, StringComparison.Ordinal)).Select(a => a.Key).ToList())
        {
            _aliases.Remove(alias);
        }

        return _collections.Remove(name);
    }

    public void Set(string name, Archive archive, SnapshotContents? contents = null)
    {
        var known = Known.Find(archive);
        if (archive is not UnknownArchive)
        {
            _loaded.TryAdd(archive.Sha256, archive);
        }

        contents ??= known?.Info is null && known?.Placement is null ? SnapshotContents.Read(archive, $"col-{name}-recovery-loaded") : null;
        var count = known?.Count ?? contents?.Points ?? 0;
        _collections[name] = new Collection
        {
            Archive = archive,
            Count = count,
            Info = known?.Info?.DeepClone().AsObject() ?? EmptyCollection.Info(contents?.Config ?? EmptyCollection.Config(), contents?.Schema ?? [], count),
            Points = known?.Points ?? contents?.Items ?? [],
            Placement = known?.Placement,
        };
    }

    /// <summary>An archive with that hash that some collection has or had when it was loaded.</summary>
    public Archive? FindBytes(string sha256) => _loaded.GetValueOrDefault(sha256);

    /// <summary>Restores an archive that the server has, as the end of an upload or a recovery.</summary>
    public void Restore(string name, Archive archive)
    {
        name = _aliases.GetValueOrDefault(name, name);
        var contents = SnapshotContents.Read(archive, $"col-{name}-recovery-{_inode:x}");
        if (_collections.TryGetValue(name, out var existing))
        {
            EmptyCollection.CheckCompatible(existing.Info["config"]!.AsObject(), contents.Config);
        }

        Set(name, archive, contents);
        _collections[name].UnsettledPolls = Faults.UnsettledPollsAfterRestore;
    }

    public void SetAlias(string alias, string collection)
    {
        if (!_collections.ContainsKey(collection))
        {
            throw Failure.NoCollection(collection);
        }

        if (_collections.ContainsKey(alias))
        {
            throw new Failure(409, $"Wrong input: Collection `{alias}` already exists!");
        }

        _aliases[alias] = collection;
    }

    public void RemoveAlias(string alias) => _aliases.Remove(alias);

    public void RenameAlias(string from, string to)
    {
        if (!_aliases.Remove(from, out var collection))
        {
            throw new Failure(404, $"Not found: Alias {from} does not exists!");
        }

        _aliases[to] = collection;
    }

    public IReadOnlyDictionary<string, StoredSnapshot>? SnapshotsOf(string collection) => _snapshots.GetValueOrDefault(collection);

    /// <summary>Its name has the second in which it was begun: two of one second are one file.</summary>
    public StoredSnapshot Snapshot(string name, Collection collection, DateTimeOffset began) =>
        Store(name, $"{name}-{Options.PeerId.ToString(CultureInfo.InvariantCulture)}-{began.UtcDateTime:yyyy-MM-dd-HH-mm-ss}.snapshot", collection.Archive, hasChecksum: true, began);

    public StoredSnapshot Store(string collection, string file, Archive archive, bool hasChecksum, DateTimeOffset? began = null)
    {
        if (!_snapshots.TryGetValue(collection, out var files))
        {
            _snapshots[collection] = files = new Dictionary<string, StoredSnapshot>(StringComparer.Ordinal);
        }

        return files[file] = new StoredSnapshot(file, archive, began ?? Options.Time.GetUtcNow(), hasChecksum, _inode++);
    }

    public bool DeleteSnapshot(string collection, string file) => _snapshots.TryGetValue(collection, out var files) && files.Remove(file);

    /// <summary>Counts a snapshot that is begun by a name.</summary>
    public void BeginSnapshot(string name) => Snapshots.AddOrUpdate(name, new SnapshotCount(1, 1), (_, count) => new SnapshotCount(count.Running + 1, count.Created + 1));

    /// <summary>Counts that it is over, failed or not.</summary>
    public void EndSnapshot(string name) => Snapshots.AddOrUpdate(name, new SnapshotCount(0, 0), (_, count) => count with { Running = Math.Max(0, count.Running - 1) });

    /// <summary>The process was killed: what was being made is gone, and counting begins at 0.</summary>
    public void Restart()
    {
        Snapshots.Clear();
        Startup = Options.Time.GetUtcNow();
        Life++;
    }

    /// <summary>Which process this is.</summary>
    public int Life { get; private set; }

    public string NewPath() => Path.Combine(Directory, $"{Interlocked.Increment(ref _inode):x}.file");

    public static void CheckName(string name)
    {
        if (name.Length is 0 or > 255)
        {
            throw new Failure(422, $"Validation error in path parameters: [collection_name: value \"{name}\" invalid, must be from 1 to 255 characters]") { LeavesBodyUnread = true };
        }

        foreach (var c in name)
        {
            if ("<>:\"/\\|?*\0\u001F".Contains(c, StringComparison.Ordinal))
            {
                throw new Failure(422, $"Validation error in path parameters: [collection_name: collection name cannot contain \"{c}\" char]") { LeavesBodyUnread = true };
            }
        }
    }
}

/// <summary>How many snapshots are being made by a name, and how many were begun.</summary>
internal readonly record struct SnapshotCount(int Running, int Created);
