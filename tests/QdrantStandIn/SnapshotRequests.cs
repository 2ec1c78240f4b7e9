using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace QdrantStandIn;

/// <summary>Making, listing and deleting snapshots.</summary>
internal sealed class SnapshotRequests(NodeState state) : IAsyncDisposable
{
    private readonly ConcurrentBag<Task> _unwaited = [];
    private readonly CancellationTokenSource _stopping = new();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_unwaited);
        _stopping.Dispose();
    }

    public Task CreateAsync(HttpContext context, string name, Query query)
    {
        if (!query.Wait())
        {
            // Answered before anybody looks whether there is such a collection.
            if (!state.Faults.UnwaitedSnapshotsFail)
            {
                _unwaited.Add(CreateLaterAsync(name));
            }

            return Answer.AcceptedAsync(context);
        }

        lock (state.Gate)
        {
            return Answer.OkAsync(context, Create(name).Describe());
        }
    }

    public Task ListAsync(HttpContext context, string name)
    {
        lock (state.Gate)
        {
            var files = state.SnapshotsOf(state.Resolve(name).Name)?.Values ?? Enumerable.Empty<StoredSnapshot>();
            var shown = files.Where(f => f.Name.EndsWith(".snapshot", StringComparison.Ordinal)).Select(f => (JsonNode)f.Describe());
            return Answer.OkAsync(context, new JsonArray([.. shown]));
        }
    }

    public Task DeleteAsync(HttpContext context, string name, string file, Query query)
    {
        var wait = query.Wait();
        lock (state.Gate)
        {
            var isGone = state.DeleteSnapshot(state.Resolve(name).Name, file);
            return !wait ? Answer.AcceptedAsync(context)
                : isGone ? Answer.OkAsync(context, true)
                : throw Failure.NoSnapshot(file);
        }
    }

    private async Task CreateLaterAsync(string name)
    {
        state.Making.AddOrUpdate(name, 1, (_, n) => n + 1);
        try
        {
            if (state.Faults.CollectionVanishesOnSnapshot || state.Faults.VanishingCollection == name)
            {
                lock (state.Gate)
                {
                    state.Delete(name);
                }
            }

            await Task.Delay(state.Options.SnapshotTime, state.Options.Time, _stopping.Token);
            lock (state.Gate)
            {
                Create(name);
            }
        }
        catch (Exception e) when (e is Failure or OperationCanceledException)
        {
            // The real server only logs it.
        }
        finally
        {
            state.Making.AddOrUpdate(name, 0, (_, n) => n - 1);
        }
    }

    private StoredSnapshot Create(string name)
    {
        var (actual, collection) = state.Resolve(name);
        var stem = $"{actual}-{state.Options.PeerId}-{state.Options.Time.GetUtcNow().UtcDateTime:yyyy-MM-dd-HH-mm-ss}";
        var file = $"/qdrant/./storage/tmp/{stem}.snapshot-arc-000000";
        if (state.Faults.SnapshotsDiskIsFull)
        {
            var target = $"/qdrant/./snapshots/{actual}/{stem}.tmp";
            throw Failure.Service(
                $"failed to store snapshot archive to {file}: Service internal error: Can't move file from {file} to {target} due to failed to copy file from {file} to {target}: No space left on device (os error 28)");
        }

        if (state.Faults.DiskIsFull)
        {
            throw Failure.Service(
                $"failed to create snapshot: Service internal error: Error while archiving WAL: failed to write to file `{file}`: No space left on device (os error 28)");
        }

        return state.Snapshot(actual, collection);
    }
}
