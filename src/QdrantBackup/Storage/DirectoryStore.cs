using System.Runtime.CompilerServices;
using System.Text;

namespace QdrantBackup.Storage;

/// <summary>
/// A store in a directory, made for a local disk or a network file system with working locks. Several processes may use it at once. A put returns after its
/// file and its name are on the disk; what is deleted lies in <c>trash/</c> until <see cref="PurgeDeletedAsync"/> (docs/format.md, names).
/// </summary>
public sealed class DirectoryStore : IBackupStore
{
    private static readonly TimeSpan MaxTemporaryAge = TimeSpan.FromDays(1);

    private readonly DirectoryLayout _layout;
    private readonly DirectoryErrors _errors;
    private readonly DirectoryTrash _trash;
    private readonly DurableFiles _files;
    private readonly TimeProvider _time;
    private readonly DurableDirectories _directories;
    private readonly DirectoryEntries _entries;
    private int _isSwept;

    /// <summary>Opens the store in <paramref name="directory"/>, an absolute path. Nothing is touched yet; the first put creates it, in a parent that must exist.</summary>
    /// <exception cref="UsageException">The path is not absolute.</exception>
    public DirectoryStore(string directory, TimeProvider time)
        : this(directory, time, new DurableFiles())
    {
    }

    internal DirectoryStore(string directory, TimeProvider time, DurableFiles files)
    {
        _layout = new DirectoryLayout(directory);
        _errors = new DirectoryErrors(_layout);
        _directories = new DurableDirectories(_layout, files);
        _entries = new DirectoryEntries(_layout);
        _trash = new DirectoryTrash(_layout, files, _directories);
        _files = files;
        _time = time;
    }

    /// <inheritdoc/>
    public string Location => _layout.Root;

    /// <inheritdoc/>
    public Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken)
    {
        BlobSummary.Check(name, summary);
        return _errors.TranslateAsync($"put {name}", async () =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = _layout.PathOf(name);
            _directories.Ensure(_layout.Locks);
            _directories.Ensure(Path.GetDirectoryName(path)!);
            SweepOnce();
            using var blob = new StagedFile(_files, _layout.NewTemporaryFile());
            await blob.WriteAsync(content, cancellationToken);
            using var staged = summary is null ? null : new StagedFile(_files, _layout.NewTemporaryFile());
            if (staged is not null)
            {
                _directories.Ensure(Path.GetDirectoryName(_layout.SummaryPathOf(name))!);
                await staged.WriteAsync(Encoding.ASCII.GetBytes(summary!), cancellationToken);
            }

            try
            {
                using var held = await NameLock.TakeAsync(_layout.LockOf(name), cancellationToken);
                return Commit(name, condition, blob, staged, held) with { Summary = summary };
            }
            finally
            {
                // After a conflict too: whoever takes what is there for the own earlier put relies on it from now on.
                FlushDirectories(name);
            }
        });
    }

    /// <inheritdoc/>
    public Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken) =>
        _errors.TranslateAsync($"read {name}", async () =>
        {
            while (_entries.Find(name, cancellationToken) is { } entry)
            {
                if (entry.Length > maxLength)
                {
                    throw StoreErrors.TooLong(name, entry.Length, maxLength, Location);
                }

                if (await _entries.ReadAsync(entry, cancellationToken) is { } blob)
                {
                    return blob;
                }
            }

            return null;
        });

    /// <inheritdoc/>
    public Task<BlobEntry?> FindAsync(BlobName name, CancellationToken cancellationToken) =>
        _errors.TranslateAsync($"look for {name}", () => cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<BlobEntry?>(cancellationToken)
            : Task.FromResult(_entries.Find(name, cancellationToken)));

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.WaitAsync(cancellationToken);
        var step = $"list '{prefix}'";
        _layout.ThrowIfParentMissing();
        using var files = new DirectoryWalk(_layout).Files(prefix).GetEnumerator();
        while (_errors.Translate(step, files.MoveNext))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (name, file) = files.Current;
            var entry = _layout.SummaryPathOf(name) is null ? DirectoryEntries.EntryOf(name, file) : _errors.Translate(step, () => _entries.Find(name, cancellationToken));
            if (entry is not null)
            {
                yield return entry;
            }
        }
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken) =>
        _errors.TranslateAsync($"delete {name}", async () =>
        {
            if (_entries.Find(name, cancellationToken) is null)
            {
                return false;
            }

            _directories.Ensure(_layout.Locks);
            using var held = await NameLock.TakeAsync(_layout.LockOf(name), cancellationToken);
            if (new FileInfo(_layout.PathOf(name)) is not { Exists: true } current)
            {
                return false;
            }

            StoreErrors.ThrowUnlessMet(ifMatch is null ? PutCondition.Always : PutCondition.OnlyIfMatch(ifMatch), name, DirectoryEntries.ETagOf(current), Location);
            held.Remember(current.LastWriteTimeUtc);
            _trash.Take(name, DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime));
            FlushDirectories(name);
            return true;
        });

    /// <inheritdoc/>
    public Task ExpireAsync(BlobName name, CancellationToken cancellationToken) => DeleteAsync(name, ifMatch: null, cancellationToken);

    /// <inheritdoc/>
    public Task<int> PurgeDeletedAsync(DateOnly day, CancellationToken cancellationToken) => _errors.TranslateAsync("empty the trash", () =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled<int>(cancellationToken) : Task.FromResult(_trash.Empty(day)));

    /// <inheritdoc/>
    public Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled<DateTimeOffset>(cancellationToken) : Task.FromResult(_time.GetUtcNow());

    /// <summary>The moment of the put: looks, and renames if the condition holds. The lock makes the two one.</summary>
    private BlobEntry Commit(BlobName name, PutCondition condition, StagedFile blob, StagedFile? summary, NameLock held)
    {
        var path = _layout.PathOf(name);
        var current = new FileInfo(path);
        var isReplaced = current.Exists;
        StoreErrors.ThrowUnlessMet(condition, name, isReplaced ? DirectoryEntries.ETagOf(current) : null, Location);
        held.StampAfterEarlier(blob.Path, isReplaced ? current.LastWriteTimeUtc : null);

        // A reader, or a crash, may find a manifest without its summary, but never one with another's: the old one goes first and
        // the new one comes last, or first where there is no manifest that it could be taken for.
        if (_layout.SummaryPathOf(name) is { } summaryPath)
        {
            if (File.Exists(summaryPath))
            {
                File.Delete(summaryPath);
            }

            if (!isReplaced)
            {
                summary?.MoveTo(summaryPath);
            }

            blob.MoveTo(path);
            if (isReplaced)
            {
                summary?.MoveTo(summaryPath);
            }
        }
        else
        {
            blob.MoveTo(path);
        }

        return DirectoryEntries.EntryOf(name, new FileInfo(path));
    }

    private void FlushDirectories(BlobName name)
    {
        if (_layout.SummaryPathOf(name) is { } summary && Path.GetDirectoryName(summary) is { } summaries && Directory.Exists(summaries))
        {
            _files.FlushDirectory(summaries);
        }

        _files.FlushDirectory(Path.GetDirectoryName(_layout.PathOf(name))!);
    }

    /// <summary>Removes, once for every store that is opened for writing, what killed processes left unfinished.</summary>
    private void SweepOnce()
    {
        if (Interlocked.Exchange(ref _isSwept, 1) == 0)
        {
            StagedFile.Sweep(_layout.Temporary, (_time.GetUtcNow() - MaxTemporaryAge).UtcDateTime);
        }
    }
}
