using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace QdrantStandIn;

/// <summary>Making, listing and deleting snapshots.</summary>
internal sealed class SnapshotRequests(NodeState state) : IAsyncDisposable
{
    private readonly ConcurrentBag<Task> _making = [];
    private readonly CancellationTokenSource _stopping = new();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_making);
        _stopping.Dispose();
    }

    /// <summary>It is made whether or not somebody waits for it; only who waits learns what became of it.</summary>
    public async Task CreateAsync(HttpContext context, string name, Query query, Failure? refusal)
    {
        if (!query.Wait())
        {
            // Answered before anybody looks whether there is such a collection, and who asks.
            _making.Add(refusal is null ? EndAsync(MakeAsync(name)) : Task.CompletedTask);
            await Answer.AcceptedAsync(context);
            return;
        }

        if (refusal is not null)
        {
            throw refusal;
        }

        var making = MakeAsync(name);
        _making.Add(EndAsync(making));
        if (state.Faults.LosesSnapshotAnswers)
        {
            context.Abort();
            return;
        }

        await Answer.OkAsync(context, (await making.WaitAsync(context.RequestAborted)).Describe());
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

    public Task DeleteAsync(HttpContext context, string name, string file, Query query, Failure? refusal)
    {
        var wait = query.Wait();
        if (refusal is not null)
        {
            return Answer.AcceptedAsync(context);
        }

        lock (state.Gate)
        {
            var isGone = state.DeleteSnapshot(state.Resolve(name).Name, file);
            return !wait ? Answer.AcceptedAsync(context)
                : isGone ? Answer.OkAsync(context, true)
                : throw Failure.NoSnapshot(file);
        }
    }

    private static async Task EndAsync(Task making)
    {
        try
        {
            await making;
        }
        catch (Exception e) when (e is Failure or OperationCanceledException)
        {
            // The real server only logs it.
        }
    }

    private async Task<StoredSnapshot> MakeAsync(string name)
    {
        var (began, life) = (state.Options.Time.GetUtcNow(), state.Life);
        state.BeginSnapshot(name);
        try
        {
            if (state.Faults.CollectionVanishesOnSnapshot || state.Faults.VanishingCollection == name)
            {
                lock (state.Gate)
                {
                    state.Delete(name);
                }
            }

            lock (state.Gate)
            {
                state.Resolve(name);
            }

            await Task.Delay(state.Options.SnapshotTime, state.Options.Time, _stopping.Token);
            if (state.Life != life)
            {
                throw new OperationCanceledException("the process that made it was killed");
            }

            lock (state.Gate)
            {
                return Create(name, began);
            }
        }
        finally
        {
            if (state.Life == life)
            {
                state.EndSnapshot(name);
            }
        }
    }

    private StoredSnapshot Create(string name, DateTimeOffset began)
    {
        var (actual, collection) = state.Resolve(name);
        if (state.Faults.SnapshotsFailWith is { } reason)
        {
            throw Failure.Service(reason);
        }

        var stem = $"{actual}-{state.Options.PeerId}-{began.UtcDateTime:yyyy-MM-dd-HH-mm-ss}";
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

        return state.Snapshot(actual, collection, began);
    }
}
