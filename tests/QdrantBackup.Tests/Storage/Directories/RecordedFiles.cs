using QdrantBackup.Storage.Directories;

namespace QdrantBackup.Tests.Storage.Directories;

/// <summary>Records the calls that durability depends on, in their order, and calls <see cref="OnWrite"/> instead of writing, if it is set.</summary>
internal sealed class RecordedFiles(string root) : DurableFiles
{
    private readonly List<string> _calls = [];

    public IReadOnlyList<string> Calls => _calls;

    public Func<FileStream, Task>? OnWrite { get; set; }

    public Action<FileStream>? OnFlush { get; set; }

    public Action<string>? OnFlushDirectory { get; set; }

    public Action<string, string>? OnRename { get; set; }

    public override void Replace(string from, string to)
    {
        _calls.Add($"rename {Shown(from)} -> {Shown(to)}");
        OnRename?.Invoke(from, to);
        base.Replace(from, to);
    }

    public override bool TryMoveNew(string from, string to)
    {
        _calls.Add($"rename {Shown(from)} -> {Shown(to)}");
        OnRename?.Invoke(from, to);
        return base.TryMoveNew(from, to);
    }

    public override void CreateDirectory(string path)
    {
        _calls.Add($"mkdir {Shown(path)}");
        base.CreateDirectory(path);
    }

    public override void FlushDirectory(string path)
    {
        _calls.Add($"flush {Shown(path)}");
        base.FlushDirectory(path);
    }

    protected override void FlushFolder(string path)
    {
        OnFlushDirectory?.Invoke(path);
        base.FlushFolder(path);
    }

    public void Forget() => _calls.Clear();

    protected override Task WriteAsync(FileStream file, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        _calls.Add($"write {Shown(file.Name)}");
        return OnWrite is null ? base.WriteAsync(file, content, cancellationToken) : OnWrite(file);
    }

    protected override void Flush(FileStream file)
    {
        _calls.Add($"flush {Shown(file.Name)}");
        OnFlush?.Invoke(file);
        base.Flush(file);
    }

    /// <summary>Relative to the store, with random names of temporary files left out.</summary>
    private string Shown(string path)
    {
        var relative = Path.GetRelativePath(root, path);
        return relative.StartsWith(".tmp/", StringComparison.Ordinal) && relative != ".tmp/locks" ? ".tmp/*" : relative;
    }
}
