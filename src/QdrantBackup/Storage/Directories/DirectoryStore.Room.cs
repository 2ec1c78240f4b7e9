namespace QdrantBackup.Storage.Directories;

/// <content>The room on the disk of a directory store.</content>
public sealed partial class DirectoryStore
{
    /// <inheritdoc/>
    public Task<StoreRoom> LookAsync(CancellationToken cancellationToken) => DiskAsync("look at the disk", () => _opening.Look(_trash), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> GiveUpReserveAsync(CancellationToken cancellationToken) => DiskAsync("give up the reserve", _opening.Reserve.GiveUpIfShort, cancellationToken);

    /// <inheritdoc/>
    public Task KeepReserveAsync(CancellationToken cancellationToken) => DiskAsync(
        "keep a reserve",
        () =>
        {
            _opening.Reserve.Keep();
            return true;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<EmptiedTrash> EmptyTrashAsync(DateOnly? before, CancellationToken cancellationToken) =>
        DiskAsync("empty the trash", () => _trash.Empty(before ?? DateOnly.MaxValue, cancellationToken), cancellationToken);

    private Task<T> DiskAsync<T>(string step, Func<T> action, CancellationToken cancellationToken) =>
        _errors.TranslateAsync(step, () => cancellationToken.IsCancellationRequested ? Task.FromCanceled<T>(cancellationToken) : Task.FromResult(action()));
}
