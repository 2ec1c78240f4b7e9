using System.Security.Cryptography;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;

namespace QdrantBackup.Tests.Sealing;

public sealed class StoreKeyTests
{
    [Fact]
    public void Sub_keys_are_hkdf_expansions_of_the_store_key()
    {
        byte[] bytes = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        using var key = StoreKey.FromBytes(bytes);

        // HKDF-Expand for one block: HMAC(key, info || 01).
        byte[] expected = HMACSHA256.HashData(bytes, "qdrant-backup/v1/chunk/0\u0001"u8);
        byte[] keyId = HMACSHA256.HashData(bytes, "qdrant-backup/v1/key-id\u0001"u8);

        Assert.Equal(expected, key.Derive("chunk/0"));
        Assert.Equal(Convert.ToHexStringLower(keyId.AsSpan(0, 16)), key.KeyId);
    }

    [Fact]
    public void A_disposed_key_is_zeroed_and_refuses_to_be_used()
    {
        StoreKey key = StoreKey.Generate();
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Derive("chunk/0"));
    }

    [Fact]
    public void Generated_keys_differ()
    {
        using StoreKey one = StoreKey.Generate();
        using StoreKey other = StoreKey.Generate();
        Assert.False(one.FixedTimeEquals(other));
        Assert.NotEqual(one.KeyId, other.KeyId);
    }

    [Fact]
    public void A_store_id_reads_what_it_writes()
    {
        var id = StoreId.Generate();
        Assert.True(StoreId.TryParse(id.ToString(), out StoreId read));
        Assert.Equal(id, read);
        Assert.False(StoreId.TryParse("no id", out _));
        byte[] bytes = new byte[16];
        id.CopyTo(bytes);
        Assert.Equal(id.ToString().Replace("-", string.Empty, StringComparison.Ordinal), Convert.ToHexStringLower(bytes));
    }
}
