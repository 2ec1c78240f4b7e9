using QdrantBackup.Capture;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Soak.World;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Chunking;

namespace QdrantBackup.Tests.Capture;

public sealed class ChunkUploadsTests : IDisposable
{
    private static readonly byte[] Sha256 = new byte[32];
    private readonly TaskCompletionSource _gate = new();
    private readonly GatedStore _blobs;
    private readonly SealedStore _store;
    private readonly KnownChunks _known = new(100, KnownDamage.None);
    private readonly ChunkListWriter _list = new(1, 0, 0);

    public ChunkUploadsTests()
    {
        _blobs = new GatedStore(_gate.Task);
        using StoreKey key = StoreKey.Generate();
        _store = new SealedStore(_blobs, new Sealer(StoreId.Generate(), key));
    }

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_chunk_that_comes_again_during_its_upload_is_uploaded_once_and_listed_each_time()
    {
        await using ChunkUploads uploads = NewUploads();
        foreach (uint seed in (uint[])[1, 2, 1, 1])
        {
            await AddAsync(uploads, TarBuilder.Noise(10_000, seed));
        }

        _gate.SetResult();
        await uploads.CompleteAsync();

        ChunkListEntry[] entries = [.. ChunkList.Read("lists/x", _list.Complete(Sha256)).Entries];
        Assert.Equal(2, _blobs.Puts);
        Assert.Equal((4, 2, 20_000, 2 * (10_000 + SealedHeader.Overhead)), (uploads.Chunks, uploads.NewChunks, uploads.NewBytes, uploads.StoredBytes));
        Assert.Equal([entries[0], entries[1], entries[0], entries[0]], entries);
        Assert.True(_known.TryGet(entries[1].Id, out int sealedLength));
        Assert.Equal(entries[1].SealedLength, sealedLength);
    }

    [Fact]
    public async Task When_an_upload_fails_every_caller_that_waits_for_it_fails_and_the_chunk_stays_unknown()
    {
        await using ChunkUploads uploads = NewUploads();
        await AddAsync(uploads, TarBuilder.Noise(10_000, 1));
        await AddAsync(uploads, TarBuilder.Noise(10_000, 1));
        _gate.SetException(new StoreException("full", "Make room."));

        await Assert.ThrowsAsync<StoreException>(uploads.CompleteAsync);
        await Assert.ThrowsAsync<StoreException>(uploads.CompleteAsync);

        Assert.Equal(0, _known.Count);
        Assert.Equal(0, uploads.NewChunks);
    }

    [Fact]
    public async Task The_number_of_uploads_at_once_is_limited()
    {
        await using ChunkUploads uploads = NewUploads();
        for (uint seed = 1; seed <= 4; seed++)
        {
            await AddAsync(uploads, TarBuilder.Noise(1000, seed));
        }

        Task fifth = AddAsync(uploads, TarBuilder.Noise(1000, 5));
        Assert.False(fifth.IsCompleted);
        Assert.InRange(_blobs.Puts, 0, 4);
        _gate.SetResult();
        await fifth;
        await uploads.CompleteAsync();
        Assert.Equal(5, _blobs.Puts);
    }

    private static Task AddAsync(ChunkUploads uploads, byte[] bytes)
    {
        byte[] buffer = ChunkBuffers.Rent(bytes.Length);
        bytes.CopyTo(buffer, 0);
        return uploads.AddAsync(buffer, bytes.Length);
    }

    private ChunkUploads NewUploads() => new(_store, _known, _list, ChunkCompression.Auto, 4, Cancellation);

    /// <summary>Puts wait for a gate, and then succeed or fail as the gate does.</summary>
    private sealed class GatedStore(Task gate) : RelayingStore(new InMemoryStore(TimeProvider.System))
    {
        private int _puts;

        public int Puts => Volatile.Read(ref _puts);

        public override async Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _puts);
            await gate;
            return await base.PutAsync(name, content, condition, summary, cancellationToken);
        }
    }
}
