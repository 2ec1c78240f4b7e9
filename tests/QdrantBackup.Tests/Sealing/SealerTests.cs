using System.Buffers.Binary;
using System.Text;
using CsCheck;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Tests.Chunking;

namespace QdrantBackup.Tests.Sealing;

public sealed class SealerTests : IDisposable
{
    private const string Name = "chunks/ab/abcdef";
    private readonly StoreKey _key = StoreKey.FromBytes([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
    private readonly StoreId _storeId = new(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));
    private readonly Sealer _sealer;

    public SealerTests() => _sealer = new Sealer(_storeId, _key);

    public void Dispose()
    {
        _sealer.Dispose();
        _key.Dispose();
    }

    [Fact]
    public void Sealed_bytes_open_to_the_same_bytes_with_every_compression() =>
        Gen.Select(Gen.Byte.Array[0, 3000], Gen.Int[1, 60], Gen.Enum<ChunkCompression>(), Gen.Enum<SealedType>()).Sample(
            (bytes, repeat, compression, type) =>
            {
                byte[] plaintext = [.. Enumerable.Repeat(bytes, type == SealedType.Summary ? 1 : repeat).SelectMany(b => b)];
                return _sealer.Open(type, Name, _sealer.Seal(type, Name, plaintext, compression)).AsSpan().SequenceEqual(plaintext);
            },
            iter: 300);

    [Fact]
    public void Any_flipped_bit_of_a_sealed_object_is_refused_and_names_the_blob()
    {
        byte[] bytes = _sealer.Seal(SealedType.Record, Name, "a document of some length, a document of some length, a document"u8);
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] flipped = [.. bytes];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            SealException e = Assert.Throws<SealException>(() => _sealer.Open(SealedType.Record, Name, flipped));
            Assert.Contains($"'{Name}'", e.Message);
            Assert.NotEmpty(e.Hint);
        }
    }

    [Fact]
    public void A_cut_or_extended_object_is_refused_wherever_it_is_cut()
    {
        byte[] bytes = _sealer.Seal(SealedType.Chunk, Name, TarBuilder.Noise(500, 3));
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<SealException>(() => _sealer.Open(SealedType.Chunk, Name, bytes.AsSpan(0, length)));
        }

        Assert.Throws<SealException>(() => _sealer.Open(SealedType.Chunk, Name, [.. bytes, 0]));
        byte[] compressed = _sealer.Seal(SealedType.Chunk, Name, new byte[5000]);
        Assert.Throws<SealException>(() => _sealer.Open(SealedType.Chunk, Name, [.. compressed, 0]));
        Assert.Throws<SealException>(() => _sealer.Open(SealedType.Chunk, Name, compressed.AsSpan(0, compressed.Length - 1)));
    }

    [Fact]
    public void An_object_that_was_moved_renamed_or_retyped_or_has_another_store_or_key_does_not_open()
    {
        byte[] bytes = _sealer.Seal(SealedType.Manifest, Name, "content"u8);
        using var otherStore = new Sealer(StoreId.Generate(), _key);
        using StoreKey otherKey = StoreKey.Generate();
        using var otherSealer = new Sealer(_storeId, otherKey);
        byte[] retyped = [.. bytes];
        retyped[4] = (byte)SealedType.Record;

        Assert.Contains("does not open", Assert.Throws<SealException>(() => _sealer.Open(SealedType.Manifest, Name + "x", bytes)).Message);
        Assert.Contains("wrong type", Assert.Throws<SealException>(() => _sealer.Open(SealedType.List, Name, bytes)).Message);
        Assert.Throws<SealException>(() => _sealer.Open(SealedType.Record, Name, retyped));
        Assert.Throws<SealException>(() => otherStore.Open(SealedType.Manifest, Name, bytes));
        Assert.Throws<SealException>(() => otherSealer.Open(SealedType.Manifest, Name, bytes));
    }

    [Theory]
    [InlineData(SealedType.Chunk, 16 << 20)]
    [InlineData(SealedType.List, 64 << 20)]
    [InlineData(SealedType.Manifest, 64 << 20)]
    [InlineData(SealedType.Record, 16 << 20)]
    [InlineData(SealedType.Summary, 4 << 10)]
    public void A_header_that_claims_more_than_its_type_may_hold_is_refused_before_anything_is_allocated(SealedType type, int limit)
    {
        byte[] bytes = _sealer.Seal(type, Name, new byte[100]);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), limit + 1);
        long before = GC.GetAllocatedBytesForCurrentThread();

        SealException e = Assert.Throws<SealException>(() => _sealer.Open(type, Name, bytes));

        Assert.Contains("too long", e.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        Assert.Throws<ArgumentException>(() => _sealer.Seal(type, Name, new byte[limit + 1]));
    }

    [Fact]
    public void An_object_of_a_newer_format_is_an_error_of_its_own()
    {
        byte[] bytes = _sealer.Seal(SealedType.Chunk, Name, new byte[100]);
        bytes[3] = (byte)'2';
        SealException e = Assert.Throws<SealException>(() => _sealer.Open(SealedType.Chunk, Name, bytes));
        Assert.Contains("version 2", e.Message);
        Assert.Contains("newest version of this program", e.Hint);
    }

    [Fact]
    public void Sealing_the_same_bytes_twice_gives_different_objects() =>
        Assert.NotEqual(_sealer.Seal(SealedType.Chunk, Name, "same"u8), _sealer.Seal(SealedType.Chunk, Name, "same"u8));

    [Fact]
    public void Compression_is_kept_only_when_it_gains_a_tenth()
    {
        byte[] noise = TarBuilder.Noise(1 << 20, 7);
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 30_000).Select(i => $"point {i} of the collection; ")));
        byte[] nearlyNoise = [.. noise[..^(noise.Length / 12)], .. new byte[noise.Length / 12]];

        Assert.Equal(SealedHeader.Overhead + noise.Length, _sealer.Seal(SealedType.Chunk, Name, noise).Length);
        Assert.Equal(SealedHeader.Overhead + nearlyNoise.Length, _sealer.Seal(SealedType.Chunk, Name, nearlyNoise).Length);
        Assert.InRange(_sealer.Seal(SealedType.Chunk, Name, text).Length, 0, text.Length / 2);
        Assert.Equal(SealedHeader.Overhead + text.Length, _sealer.Seal(SealedType.Chunk, Name, text, ChunkCompression.None).Length);
    }

    [Theory]
    [InlineData(512 << 10, true)]
    [InlineData((4 << 20) - 3, true)]
    [InlineData((512 << 10) - 1, false)]
    public void Sorting_the_bytes_of_words_makes_long_runs_of_float_vectors_compressible(int length, bool sorted)
    {
        byte[] vectors = new byte[length];
        byte[] noise = TarBuilder.Noise(length, 11);
        for (int i = 0; i + 4 <= length; i += 4)
        {
            float value = ((noise[i] | (noise[i + 1] << 8) | (noise[i + 2] << 16)) / (float)(1 << 24) * 0.2f) - 0.1f;
            BinaryPrimitives.WriteSingleLittleEndian(vectors.AsSpan(i), value);
        }

        byte[] bytes = _sealer.Seal(SealedType.Chunk, Name, vectors);

        Assert.Equal((byte)(sorted ? BodyCompression.ShuffledZstd : BodyCompression.None), bytes[5]);
        Assert.InRange(bytes.Length, 0, SealedHeader.Overhead + (sorted ? length * 9 / 10 : length));
        Assert.Equal(vectors, _sealer.Open(SealedType.Chunk, Name, bytes));
    }

    [Fact]
    public void Words_are_sorted_only_where_that_gains_more_than_leaving_them()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 60_000).Select(i => $"point {i} of the collection; ")));
        Assert.Equal((byte)BodyCompression.Zstd, _sealer.Seal(SealedType.Chunk, Name, text)[5]);
    }

    [Fact]
    public void After_a_run_of_sorted_words_the_next_object_is_compressed_as_well_as_before()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 60_000).Select(i => $"point {i} of the collection; ")));
        byte[] words = new byte[1 << 20];
        byte[] noise = TarBuilder.Noise(words.Length, 5);
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = i % 4 == 3 ? (byte)60 : noise[i];
        }

        using var fresh = new Sealer(_storeId, _key);
        Assert.Equal((byte)BodyCompression.ShuffledZstd, fresh.Seal(SealedType.Chunk, Name, words)[5]);
        Assert.Equal(_sealer.Seal(SealedType.Chunk, Name, text).Length, fresh.Seal(SealedType.Chunk, Name, text).Length);
    }

    [Fact]
    public void Undoing_a_shuffle_gives_back_any_number_of_bytes() =>
        Gen.Byte.Array[0, 70].Sample(bytes =>
        {
            byte[] shuffled = new byte[bytes.Length];
            byte[] back = new byte[bytes.Length];
            ByteShuffle.Apply(bytes, shuffled);
            ByteShuffle.Undo(shuffled, back);
            return back.AsSpan().SequenceEqual(bytes);
        });

    [Fact]
    public void Hashes_of_different_uses_and_keys_differ_and_stay_the_same_over_time()
    {
        using StoreKey otherKey = StoreKey.Generate();
        using var other = new Sealer(_storeId, otherKey);
        string[] hashes =
        [
            _sealer.ChunkIdOf("abc"u8).ToString(),
            other.ChunkIdOf("abc"u8).ToString(),
            .. Enum.GetValues<KeyedHashUse>().Select(use => Convert.ToHexStringLower(_sealer.KeyedHash(use, "abc"u8))),
        ];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
        Assert.Equal(hashes[0], _sealer.ChunkIdOf("abc"u8).ToString());
    }

    [Fact]
    public void A_disposed_sealer_refuses_rather_than_use_zeroed_keys()
    {
        var sealer = new Sealer(_storeId, _key);
        byte[] bytes = sealer.Seal(SealedType.Record, Name, "x"u8);
        sealer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => sealer.ChunkIdOf("x"u8));
        Assert.Throws<ObjectDisposedException>(() => sealer.KeyedHash(KeyedHashUse.Names, "x"u8));
        Assert.Throws<ObjectDisposedException>(() => sealer.Seal(SealedType.Record, Name, "x"u8));
        Assert.Throws<ObjectDisposedException>(() => sealer.Open(SealedType.Record, Name, bytes));
    }

    [Fact]
    public void One_sealer_serves_many_threads()
    {
        byte[] plaintext = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("many threads ", 1000)));
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            string name = $"runs/{i}";
            Assert.Equal(plaintext, _sealer.Open(SealedType.Record, name, _sealer.Seal(SealedType.Record, name, plaintext)));
        });
    }

    [Fact]
    public void A_key_number_that_no_writer_uses_yet_is_read_with_its_own_key()
    {
        byte[] bytes = _sealer.Seal(SealedType.Chunk, Name, "content"u8);
        bytes[6] = 7;
        Assert.Contains("does not open", Assert.Throws<SealException>(() => _sealer.Open(SealedType.Chunk, Name, bytes)).Message);
    }
}
