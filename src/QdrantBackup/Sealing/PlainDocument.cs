using System.Security.Cryptography;
using System.Text;

namespace QdrantBackup.Sealing;

/// <summary>
/// The documents that stand in a store unencrypted, store.json and key documents, end with a keyed hash of everything before it (docs/format.md §2):
/// after the store is opened, any change of them is detected.
/// </summary>
internal static class PlainDocument
{
    private const string Use = "plain-document";
    private const int MacLength = 2 * HMACSHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> MacStart => ",\"mac\":\""u8;

    private static ReadOnlySpan<byte> MacEnd => "\"}"u8;

    /// <summary>Adds the hash to a JSON object as its last member.</summary>
    public static byte[] Protect(StoreKey key, string name, ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> members = json[..json.LastIndexOf((byte)'}')].TrimEnd(" \r\n"u8);
        byte[] covered = [.. members, .. MacStart];
        return [.. covered, .. Encoding.ASCII.GetBytes(MacOf(key, name, covered)), .. MacEnd];
    }

    /// <summary>Refuses a document of which any byte differs from what <see cref="Protect"/> made.</summary>
    /// <exception cref="SealException">A byte was changed.</exception>
    public static void Check(StoreKey key, string name, ReadOnlySpan<byte> document)
    {
        int coveredLength = document.Length - MacLength - MacEnd.Length;
        if (coveredLength <= MacStart.Length
            || !document.EndsWith(MacEnd)
            || !CryptographicOperations.FixedTimeEquals(
                document.Slice(coveredLength, MacLength), Encoding.ASCII.GetBytes(MacOf(key, name, document[..coveredLength]))))
        {
            throw new SealException(
                $"'{name}' was changed: it does not end with the keyed hash of its content",
                "Find out who changed it before you trust this store, then put it back from soft delete, an older version or the second store.");
        }
    }

    private static string MacOf(StoreKey key, string name, ReadOnlySpan<byte> covered)
    {
        byte[] macKey = key.Derive(Use);
        try
        {
            using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, macKey);
            mac.AppendData(Encoding.UTF8.GetBytes(name));
            mac.AppendData([0]);
            mac.AppendData(covered);
            return Convert.ToHexStringLower(mac.GetHashAndReset());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(macKey);
        }
    }
}
