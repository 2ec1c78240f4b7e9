using System.Runtime.CompilerServices;
using System.Text;
using LocalDisk;
using Microsoft.Extensions.Logging;

namespace QdrantBackup.Storage.Directories;

/// <summary>
/// A store in a directory, made for a local disk or a network file system with working locks. Several processes may use it at once. A put returns after its
/// file and its name are on the disk; what is deleted lies in <c>trash/</c> until <see cref="PurgeDeletedAsync"/> (docs/format.md, names).
/// </summary>
public sealed partial class DirectoryStore : IBackupStore, IStoreRoom
{
    private readonly DirectoryLayout _layout;
    private readonly DirectoryErrors _errors;
    private readonly DirectoryTrash _trash;
    private readonly DurableFiles _files;
    private readonly TimeProvider _time;
    private readonly DurableDirectories _directories;
    private readonly DirectoryEntries _entries;
    private readonly DirectoryOpening _opening;
    private readonly ForeignFiles _foreign;

    /// <summary>Opens the store in <paramref name="directory"/>, an absolute path. Nothing is touched yet; the first put creates it, in a parent that must exist.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where entries of the directory that are no regular files are named.</param>
    /// <exception cref="UsageException">The path is not absolute.</exception>
    public DirectoryStore(string directory, TimeProvider time, ILogger? logger = null)
        : this(directory, time, new DurableFiles(), logger)
    {
    }

    internal DirectoryStore(string directory, TimeProvider time, DurableFiles files, ILogger? logger = null)
    {
        _layout = new DirectoryLayout(directory);
        _errors = new DirectoryErrors(_layout);
        _directories = new DurableDirectories(_layout, files);
        _entries = new DirectoryEntries(_layout);
        _trash = new DirectoryTrash(_layout, files, _directories);
        _opening = new DirectoryOpening(_layout, _directories, time);
        _foreign = new ForeignFiles(logger);
        _files = files;
        _time = time;
    }

    /// <summary>Whether a directory is there, on a disk that is mounted read-only.</summary>
    public static bool IsMountedReadOnly(string directory) => Path.IsPathFullyQualified(directory) && Directory.Exists(directory) && DiskRoom.IsReadOnly(directory);

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
            _opening.ForWriting();
            _directories.Ensure(Path.GetDirectoryName(path)!);
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
                var entry = Commit(name, condition, blob, staged, held) with { Summary = summary };
                if (condition.IfAbsent && _layout.SummaryPathOf(name) is { } summaryPath)
                {
                    FlushOrTakeBack(name, summaryPath);
                }

                return entry;
            }
            finally
            {
                // After a conflict too: a caller that takes the existing blob for its own earlier put relies on it from now on.
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
        using var files = _errors.Translate(step, () => new DirectoryWalk(_layout, _foreign.Report).Files(prefix)).GetEnumerator();
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

            _opening.ForWriting();
            using var held = await NameLock.TakeAsync(_layout.LockOf(name), cancellationToken);
            if (_entries.FileOf(name) is not { } current)
            {
                return false;
            }

            StoreErrors.ThrowUnlessMet(ifMatch is null ? PutCondition.Always : PutCondition.OnlyIfMatch(ifMatch), name, DirectoryEntries.ETagOf(current), Location);
            held.Remember(current.ModifiedUtc);
            _trash.Take(name, DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime));
            FlushDirectories(name);
            return true;
        });

    /// <inheritdoc/>
    public Task ExpireAsync(BlobName name, CancellationToken cancellationToken) => DeleteAsync(name, ifMatch: null, cancellationToken);

    /// <inheritdoc/>
    public async Task<int> PurgeDeletedAsync(DateOnly day, CancellationToken cancellationToken) => (await EmptyTrashAsync(day, cancellationToken)).Days;

    /// <inheritdoc/>
    public Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled<DateTimeOffset>(cancellationToken) : Task.FromResult(_time.GetUtcNow());

    /// <summary>The moment of the put: checks the condition, then renames. The lock makes the two one step; for a blob that must be new the rename itself checks once more.</summary>
    private BlobEntry Commit(BlobName name, PutCondition condition, StagedFile blob, StagedFile? summary, NameLock held)
    {
        var path = _layout.PathOf(name);
        var current = _entries.FileOf(name);
        var isReplaced = current is not null;
        StoreErrors.ThrowUnlessMet(condition, name, current is { } found ? DirectoryEntries.ETagOf(found) : null, Location);
        held.StampAfterEarlier(blob.Path, current?.ModifiedUtc);

        // A reader, or a crash, may find a manifest without its summary, but never one with another's: the old one goes first and
        // the new one comes last, or first where there is no manifest that it could be taken for.
        var summaryPath = _layout.SummaryPathOf(name);
        if (summaryPath is not null)
        {
            RemoveSummary(summaryPath);
            if (!isReplaced)
            {
                summary?.MoveTo(summaryPath);
            }
        }

        if (!condition.IfAbsent)
        {
            blob.MoveTo(path);
        }
        else if (!blob.TryMoveToNew(path))
        {
            throw StoreErrors.AlreadyThere(name, Location);
        }

        if (isReplaced && summaryPath is not null)
        {
            summary?.MoveTo(summaryPath);
        }

        return DirectoryEntries.EntryOf(name, FileFacts.Of(path));
    }

    /// <summary>A manifest makes a backup exist: one whose name the disk did not confirm is removed before the lock is released, so that no listing shows a backup whose run failed.</summary>
    private void FlushOrTakeBack(BlobName name, string summaryPath)
    {
        try
        {
            FlushDirectories(name);
        }
        catch (FlushException)
        {
            File.Delete(_layout.PathOf(name));
            File.Delete(summaryPath);
            throw;
        }
    }

    private static void RemoveSummary(string path)
    {
        switch (FileFacts.Of(path).Kind)
        {
            case FileKind.None:
                return;
            case FileKind.File:
                File.Delete(path);
                return;
            case var foreign:
                throw ForeignFileException.Of(path, foreign);
        }
    }

    private void FlushDirectories(BlobName name)
    {
        if (_layout.SummaryPathOf(name) is { } summary && Path.GetDirectoryName(summary) is { } summaries && Directory.Exists(summaries))
        {
            _files.FlushDirectory(summaries);
        }

        _files.FlushDirectory(Path.GetDirectoryName(_layout.PathOf(name))!);
    }
}
