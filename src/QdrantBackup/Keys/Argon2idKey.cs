using NSec.Cryptography;
using QdrantBackup.Sealing;

namespace QdrantBackup.Keys;

/// <summary>Derives keys from passphrases. The memory is libsodium's, taken when it begins and given back when it ends.</summary>
internal static class Argon2idKey
{
    public static void Derive(ReadOnlySpan<byte> passphrase, Argon2idParameters parameters, Span<byte> key)
    {
        var algorithm = new Argon2id(new Argon2Parameters
        {
            DegreeOfParallelism = parameters.Lanes,
            MemorySize = parameters.MemoryKiB,
            NumberOfPasses = parameters.Passes,
        });
        algorithm.DeriveBytes(passphrase, parameters.Salt, key);
    }
}
