using QdrantBackup.Manifests;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Capture;

/// <summary>Seals chunks and puts them, a bounded number at once; the list learns each sealed length when its put is done.</summary>
internal sealed class ChunkUploads(SealedStore store, KnownChunks known, ChunkListWriter list, int maxInFlight, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly Dictionary<ChunkId, Upload> _inFlight = [];
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

    public long Chunks { get; private set; }

    public long NewChunks { get; private set; }

    public long NewBytes { get; private set; }

    public long StoredBytes { get; private set; }

    /// <summary>Adds a chunk to the list: reused if it is known, on its way once otherwise.</summary>
    public async Task AddAsync(ReadOnlyMemory<byte> plaintext)
    {
        Chunks++;
        ChunkId id = store.Sealer.ChunkIdOf(plaintext.Span);
        int place = list.AddChunk(id, plaintext.Length);
        if (known.TryGet(id, out int sealedLength))
        {
            list.SetSealedLength(place, sealedLength);
        }
        else if (_inFlight.TryGetValue(id, out Upload? upload))
        {
            upload.Places.Add(place);
        }
        else
        {
            await StartAsync(id, plaintext, place);
        }
    }

    /// <summary>Waits for everything that is on its way.</summary>
    public async Task CompleteAsync()
    {
        while (_inFlight.Count > 0)
        {
            await FinishOneAsync();
        }
    }

    /// <summary>Leaves nothing running behind: what was not completed is abandoned, and no list names it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_inFlight.Values.Select(u => u.Put)).ContinueWith(
            static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _stop.Dispose();
    }

    private async Task StartAsync(ChunkId id, ReadOnlyMemory<byte> plaintext, int place)
    {
        while (_inFlight.Count >= maxInFlight)
        {
            await FinishOneAsync();
        }

        NewChunks++;
        NewBytes += plaintext.Length;

        // The chunker uses its buffer again, so the upload has one of its own, which it gives back.
        byte[] buffer = ChunkBuffers.Rent(plaintext.Length);
        plaintext.Span.CopyTo(buffer);
        int length = plaintext.Length;
        _inFlight.Add(id, new Upload(Task.Run(() => PutAsync(id, buffer, length), CancellationToken.None), [place]));
    }

    private async Task<int> PutAsync(ChunkId id, byte[] buffer, int length)
    {
        byte[] sealedChunk = ChunkBuffers.Rent(Sealer.MaxSealedLength(length));
        try
        {
            _stop.Token.ThrowIfCancellationRequested();
            BlobName name = BlobNames.Chunk(id);
            int sealedLength = store.Sealer.Seal(SealedType.Chunk, name.Value, buffer.AsSpan(0, length), sealedChunk);

            // Overwriting: a chunk that is there may be about to be deleted (docs/format.md §7).
            await store.Blobs.PutAsync(name, sealedChunk.AsMemory(0, sealedLength), PutCondition.Always, summary: null, _stop.Token);
            return sealedLength;
        }
        finally
        {
            ChunkBuffers.Return(sealedChunk, 0);
            ChunkBuffers.Return(buffer, length);
        }
    }

    private async Task FinishOneAsync()
    {
        Task<int> done = await Task.WhenAny(_inFlight.Values.Select(u => u.Put));
        ChunkId id = _inFlight.First(u => u.Value.Put == done).Key;
        int sealedLength = await done;
        StoredBytes += sealedLength;
        known.Add(id, sealedLength);
        _inFlight.Remove(id, out Upload? upload);
        foreach (int place in upload!.Places)
        {
            list.SetSealedLength(place, sealedLength);
        }
    }

    private sealed record Upload(Task<int> Put, List<int> Places);
}
