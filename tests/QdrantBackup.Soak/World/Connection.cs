using System.Runtime.CompilerServices;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Soak.World;

/// <summary>One program's way to the service: requests wait for their turn, may fail before or after their effect, may be delayed past the death of who made them, and may arrive twice.</summary>
internal sealed class Connection(SimulatedWorld world, Attempt attempt, Ghosts ghosts) : IBackupStore
{
    public string Location => "the simulated service";

    public Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken)
    {
        // Taken now: the caller uses its buffer again.
        byte[] copy = content.ToArray();
        return ChangeAsync($"put {Shown(name.Value)}", () => world.Service.Put(name, copy, condition, summary));
    }

    /// <summary>A name as the trace shows it: what names an end is random, and two runs of a seed must agree.</summary>
    private static string Shown(string name) => name.StartsWith(BlobNames.Undeletions, StringComparison.Ordinal) ? name[..name.LastIndexOf('/')] : name;

    public async Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken)
    {
        await world.Turnstile.PassAsync(attempt, $"get {Shown(name.Value)}");
        FailPerhaps();
        return world.Service.Get(name.Value);
    }

    public async Task<BlobEntry?> FindAsync(BlobName name, CancellationToken cancellationToken)
    {
        await world.Turnstile.PassAsync(attempt, $"find {Shown(name.Value)}");
        FailPerhaps();
        return world.Service.Get(name.Value)?.Entry;
    }

    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // All chunks are in one folder here: the others are empty, and asking for them would only fill the trace.
        if (prefix.StartsWith("chunks/", StringComparison.Ordinal) && !StoreContents.IsChunkFolder(prefix))
        {
            yield break;
        }

        string? after = null;
        while (true)
        {
            await world.Turnstile.PassAsync(attempt, after is null ? $"list {prefix}" : $"more of {prefix} after {Shown(after)}");
            FailPerhaps();
            if (world.Service.Page(prefix, after, world.Weather.PageSize) is not { } page)
            {
                yield break;
            }

            foreach (BlobEntry entry in page)
            {
                yield return entry;
            }

            after = page[^1].Name.Value;
        }
    }

    public Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken) =>
        ChangeAsync($"delete {Shown(name.Value)}", () => world.Service.Delete(name, ifMatch));

    public Task ExpireAsync(BlobName name, CancellationToken cancellationToken) => ChangeAsync($"expire {name}", () => world.Service.Delete(name, ifMatch: null));

    public Task<int> PurgeDeletedAsync(DateOnly day, CancellationToken cancellationToken) => Task.FromResult(0);

    public Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) => Task.FromResult(world.Service.Now);

    private async Task<T> ChangeAsync<T>(string what, Func<T> effect)
    {
        Task Late()
        {
            _ = effect();
            return Task.CompletedTask;
        }

        await world.Turnstile.PassAsync(attempt, what, Late);
        FailPerhaps();
        T result = effect();
        if (world.Chance.OneIn(world.Weather.DuplicateOneIn))
        {
            ghosts.Add($"again: {what}", Late);
        }

        FailPerhaps();
        return result;
    }

    private void FailPerhaps()
    {
        if (world.Chance.OneIn(world.Weather.FailOneIn))
        {
            throw new StoreException("the service was busy", "It is repeated by itself.", isTransient: true);
        }
    }
}

/// <summary>Requests that arrive late: sent by a process that is dead by now, or sent twice.</summary>
internal sealed class Ghosts
{
    private readonly List<(string What, Func<Task> Effect)> _pending = [];

    public int Count => _pending.Count;

    public void Add(string what, Func<Task> effect) => _pending.Add((what, effect));

    /// <summary>Lets one arrive; its text is for the trace.</summary>
    public async Task<string> ArriveAsync(int index)
    {
        (string what, Func<Task> effect) = _pending[index];
        _pending.RemoveAt(index);
        try
        {
            await effect();
            return what;
        }
        catch (StoreConflictException)
        {
            return $"{what} (refused)";
        }
    }
}
