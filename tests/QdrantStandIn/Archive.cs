using System.Buffers.Binary;
using System.Security.Cryptography;

namespace QdrantStandIn;

/// <summary>The bytes of one snapshot; they never change.</summary>
internal abstract class Archive
{
    public abstract long Length { get; }

    public abstract string Sha256 { get; }

    public abstract Stream OpenRead();

    public static string HashOf(Stream stream) => Convert.ToHexStringLower(SHA256.HashData(stream));
}

/// <summary>A snapshot in a file.</summary>
internal sealed class FileArchive(string path, string sha256) : Archive
{
    public override long Length { get; } = new FileInfo(path).Length;

    public override string Sha256 => sha256;

    public override Stream OpenRead() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 64 * 1024, useAsync: true);

    public static FileArchive Of(string path)
    {
        using var stream = File.OpenRead(path);
        return new FileArchive(path, HashOf(stream));
    }
}

/// <summary>A snapshot that exists nowhere: a small archive with one big member of repeatable noise.</summary>
internal sealed class SyntheticArchive : Archive
{
    private readonly byte[] _before;
    private readonly byte[] _after;
    private readonly ulong _seed;
    private readonly Lazy<string> _sha256;

    public SyntheticArchive(long length, ulong seed, long points)
    {
        var after = new TarBuilder().AddCollection(EmptyCollection.Config(), points).Finish();
        var noise = (length - after.Length - 512) / 512 * 512;
        if (noise < 512)
        {
            throw new ArgumentOutOfRangeException(nameof(length), "A synthetic snapshot needs at least 64 KiB.");
        }

        _before = TarBuilder.Header("0/wal/open-1", noise);
        (_after, _seed, Length) = (after, seed, 512 + noise + after.Length);
        _sha256 = new Lazy<string>(() =>
        {
            using var stream = OpenRead();
            return HashOf(stream);
        });
    }

    public override long Length { get; }

    public override string Sha256 => _sha256.Value;

    public override Stream OpenRead() => new NoiseStream(this);

    private void Fill(long position, Span<byte> buffer)
    {
        for (var done = 0; done < buffer.Length;)
        {
            var at = position + done;
            var rest = buffer[done..];
            done += at < _before.Length ? Copy(_before, at, rest)
                : at >= Length - _after.Length ? Copy(_after, at - (Length - _after.Length), rest)
                : Noise(at, rest[..(int)Math.Min(rest.Length, Length - _after.Length - at)]);
        }
    }

    private static int Copy(byte[] source, long at, Span<byte> target)
    {
        var part = source.AsSpan((int)at);
        part = part[..Math.Min(part.Length, target.Length)];
        part.CopyTo(target);
        return part.Length;
    }

    // SplitMix64 of the position: any part can be made without those before it.
    private int Noise(long at, Span<byte> target)
    {
        Span<byte> word = stackalloc byte[8];
        var done = 0;
        while (done < target.Length)
        {
            var z = _seed + ((ulong)((at + done) / 8) * 0x9E3779B97F4A7C15);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            var skip = (int)((at + done) % 8);
            if (skip == 0 && target.Length - done >= 8)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(target[done..], z);
                done += 8;
                continue;
            }

            BinaryPrimitives.WriteUInt64LittleEndian(word, z);
            var part = word[skip..];
            part = part[..Math.Min(part.Length, target.Length - done)];
            part.CopyTo(target[done..]);
            done += part.Length;
        }

        return done;
    }

    private sealed class NoiseStream(SyntheticArchive archive) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => archive.Length;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Clamp(Length - Position, 0, buffer.Length);
            archive.Fill(Position, buffer[..count]);
            Position += count;
            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

        public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => Position + offset,
            _ => Length + offset,
        };

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

/// <summary>An upload that was hashed and not kept: it is what is known under its hash, or nothing that can be restored.</summary>
internal sealed class UnknownArchive(string sha256, long length, NodeState state) : Archive
{
    public override long Length => length;

    public override string Sha256 => sha256;

    public override Stream OpenRead() => state.FindBytes(sha256)?.OpenRead() ?? new MemoryStream();
}
