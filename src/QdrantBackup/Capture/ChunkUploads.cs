using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Capture;

/// <summary>
/// Names chunks, seals new ones and uploads them, a bounded number at once, while the caller reads on; the list learns each chunk's id and sealed length
/// when it is done.
/// </summary>
internal sealed class ChunkUploads(
    SealedStore store, KnownChunks known, ChunkListWriter list, ChunkCompression compression, int maxInFlight, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly List<Task<Stored>> _inFlight = [];
    private readonly Dictionary<ChunkId, Task<int>> _puts = [];
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

    public long Chunks { get; private set; }

    public long NewChunks { get; private set; }

    public long NewBytes { get; private set; }

    public long StoredBytes { get; private set; }

    /// <summary>Adds a chunk to the list: reused if it is known, uploaded once otherwise. Takes ownership of the buffer and returns it to <see cref="ChunkBuffers"/>.</summary>
    public async Task AddAsync(byte[] buffer, int length)
    {
        Chunks++;
        int place = list.AddChunk(length);
        try
        {
            while (_inFlight.Count >= Math.Max(1, maxInFlight))
            {
                await FinishOneAsync();
            }
        }
        catch
        {
            ChunkBuffers.Return(buffer, length);
            throw;
        }

        _inFlight.Add(Task.Run(() => StoreAsync(place, buffer, length), CancellationToken.None));
    }

    /// <summary>Waits for all uploads.</summary>
    public async Task CompleteAsync()
    {
        while (_inFlight.Count > 0)
        {
            await FinishOneAsync();
        }
    }

    /// <summary>Stops all uploads: a chunk that was not completed is abandoned, and no list names it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_inFlight).ContinueWith(
            static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _stop.Dispose();
    }

    private async Task<Stored> StoreAsync(int place, byte[] buffer, int length)
    {
        try
        {
            _stop.Token.ThrowIfCancellationRequested();
            ChunkId id = store.Sealer.ChunkIdOf(buffer.AsSpan(0, length));
            Task<int> put;
            TaskCompletionSource<int>? ours = null;
            lock (_gate)
            {
                if (known.TryGet(id, out int sealedLength))
                {
                    return new Stored(place, id, length, sealedLength, IsNew: false);
                }

                if (!_puts.TryGetValue(id, out put!))
                {
                    ours = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
                    put = ours.Task;
                    _puts.Add(id, put);
                }
            }

            if (ours is not null)
            {
                await PutAsync(id, buffer, length, ours);
            }

            return new Stored(place, id, length, await put, IsNew: ours is not null);
        }
        finally
        {
            ChunkBuffers.Return(buffer, length);
        }
    }

    /// <summary>Seals and uploads; callers that wait for the same chunk get the same result or error.</summary>
    private async Task PutAsync(ChunkId id, byte[] buffer, int length, TaskCompletionSource<int> done)
    {
        byte[] sealedChunk = ChunkBuffers.Rent(Sealer.MaxSealedLength(length));
        try
        {
            BlobName name = BlobNames.Chunk(id);
            int sealedLength = store.Sealer.Seal(SealedType.Chunk, name.Value, buffer.AsSpan(0, length), sealedChunk, compression);

            // Overwriting: a chunk that is there may be about to be deleted (docs/format.md §7).
            await store.Blobs.PutAsync(name, sealedChunk.AsMemory(0, sealedLength), PutCondition.Always, summary: null, _stop.Token);
            lock (_gate)
            {
                known.Add(id, sealedLength);
                _puts.Remove(id);
            }

            done.SetResult(sealedLength);
        }
        catch (Exception e)
        {
            done.SetException(e);
        }
        finally
        {
            ChunkBuffers.Return(sealedChunk, 0);
        }
    }

    private async Task FinishOneAsync()
    {
        Task<Stored> done = await Task.WhenAny(_inFlight);
        Stored stored = await done;
        _inFlight.Remove(done);
        list.SetChunk(stored.Place, stored.Id, stored.SealedLength);
        if (stored.IsNew)
        {
            NewChunks++;
            NewBytes += stored.Length;
            StoredBytes += stored.SealedLength;
        }
    }

    private readonly record struct Stored(int Place, ChunkId Id, int Length, int SealedLength, bool IsNew);
}
