using QdrantBackup.Catalog;
using QdrantBackup.Configuration;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Storage;

namespace QdrantBackup.App.Stores;

/// <summary>The room of a store, for what makes room: on a full disk its records are written into the reserve that the store keeps. A container has none of this.</summary>
internal static class StoreRoomKeeping
{
    /// <summary>Before the first record of what makes room: gives up the store's reserve if its disk is full.</summary>
    public static async Task MakeRoomAsync(this OpenedStore opened, CancellationToken cancellationToken)
    {
        if (opened.Store.Blobs is IStoreRoom room)
        {
            await room.GiveUpReserveAsync(cancellationToken);
        }
    }

    /// <summary>After the last one: takes the reserve again.</summary>
    public static async Task KeepRoomAsync(this OpenedStore opened, CancellationToken cancellationToken)
    {
        if (opened.Store.Blobs is IStoreRoom room)
        {
            await room.KeepReserveAsync(cancellationToken);
        }
    }

    /// <summary>Removes everything in the trash for good.</summary>
    /// <exception cref="UsageException">The store keeps none itself.</exception>
    public static Task<EmptiedTrash> EmptyTrashAsync(this OpenedStore opened, CancellationToken cancellationToken) => opened.TrashOf().EmptyTrashAsync(before: null, cancellationToken);

    /// <summary>The store as one that keeps what was deleted itself.</summary>
    /// <exception cref="UsageException">It does not.</exception>
    public static IStoreRoom TrashOf(this OpenedStore opened) => opened.Store.Blobs as IStoreRoom ?? throw new UsageException(
        $"the store {opened.Store.Blobs.Location} has no trash of its own", "A container keeps deleted blobs as long as its soft delete policy does; change the policy.");

    /// <summary>Whether the disk of the store has too little of anything.</summary>
    public static async Task<bool> IsShortAsync(this OpenedStore opened, CancellationToken cancellationToken) =>
        opened.Store.Blobs is IStoreRoom room && (await room.LookAsync(cancellationToken)).ShortOf is not null;

    /// <summary>What ending some backups frees, and how much room there is.</summary>
    public static async Task<RoomReport> ReportRoomAsync(
        this OpenedStore opened, IReadOnlyCollection<BackupId> ended, DateTimeOffset endedAt, BackupOptions options, CancellationToken cancellationToken)
    {
        var entries = await opened.Catalog.ListAsync(new CatalogFilter { Cluster = options.ClusterName }, cancellationToken);
        var store = opened.Store.Blobs is IStoreRoom room ? await room.LookAsync(cancellationToken) : null;
        return new RoomReport
        {
            Ended = ended.Count,
            EndedBytes = entries.Where(e => ended.Contains(e.Id)).Sum(e => e.Summary?.Totals.StoredBytes ?? 0),
            EndedUntil = ended.Count == 0 ? null : endedAt + options.Retention.Grace,
            Store = store,
            TrashUntil = store?.Trash.Oldest?.AddDays((int)Math.Ceiling(options.Retention.KeepDeleted.TotalDays) + 1),
        };
    }
}
