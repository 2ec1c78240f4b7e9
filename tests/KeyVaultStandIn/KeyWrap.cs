using System.Buffers.Binary;
using System.Security.Cryptography;

namespace KeyVaultStandIn;

/// <summary>AES key wrap (RFC 3394), which managed HSMs offer; .NET has only its padded successor.</summary>
public static class KeyWrap
{
    private const int BlockLength = 8;
    private const int Rounds = 6;

    private static ReadOnlySpan<byte> InitialValue => [0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6];

    public static byte[] Wrap(byte[] key, ReadOnlySpan<byte> value)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        byte[] blocks = [.. InitialValue, .. value];
        var count = (value.Length / BlockLength);
        for (var step = 1; step <= Rounds * count; step++)
        {
            var at = BlockLength * ((step - 1) % count + 1);
            var mixed = aes.EncryptEcb([.. blocks.AsSpan(0, BlockLength), .. blocks.AsSpan(at, BlockLength)], PaddingMode.None);
            Count(mixed, step);
            mixed.AsSpan(0, BlockLength).CopyTo(blocks);
            mixed.AsSpan(BlockLength).CopyTo(blocks.AsSpan(at));
        }

        return blocks;
    }

    public static byte[] Unwrap(byte[] key, ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length < 3 * BlockLength || wrapped.Length % BlockLength != 0)
        {
            throw new CryptographicException("This is no wrapped key.");
        }

        using var aes = Aes.Create();
        aes.Key = key;
        var blocks = wrapped.ToArray();
        var count = (wrapped.Length / BlockLength) - 1;
        for (var step = Rounds * count; step >= 1; step--)
        {
            var at = BlockLength * ((step - 1) % count + 1);
            Count(blocks, step);
            var mixed = aes.DecryptEcb([.. blocks.AsSpan(0, BlockLength), .. blocks.AsSpan(at, BlockLength)], PaddingMode.None);
            mixed.AsSpan(0, BlockLength).CopyTo(blocks);
            mixed.AsSpan(BlockLength).CopyTo(blocks.AsSpan(at));
        }

        return blocks.AsSpan(0, BlockLength).SequenceEqual(InitialValue) ? blocks[BlockLength..] : throw new CryptographicException("The key does not unwrap.");
    }

    private static void Count(Span<byte> block, int step) =>
        BinaryPrimitives.WriteUInt64BigEndian(block, BinaryPrimitives.ReadUInt64BigEndian(block) ^ (ulong)step);
}
