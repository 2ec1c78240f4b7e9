using System.Security.Cryptography;
using System.Text;

namespace QdrantBackup.Keys;

/// <summary>Reads RSA keys in PEM. A private key where a public one belongs is refused: it would be kept where its store is.</summary>
internal static class RsaPem
{
    private const int MinBits = 3072;
    private const int MaxBits = 16384;
    private const int MaxLength = 64 << 10;

    private const string PublicHint = "Give a PEM file that 'openssl pkey -in private.pem -pubout' wrote.";

    public static RSA ReadPublic(string path)
    {
        byte[] content = SecretFile.ReadPublic(path, "public key", MaxLength);
        char[] pem = Encoding.ASCII.GetChars(SecretText.ToUtf8(content) ?? content);
        return LabelOf(pem) switch
        {
            "PUBLIC KEY" or "RSA PUBLIC KEY" => Import(pem, password: null, $"'{path}'", PublicHint),
            { } label when label.EndsWith("PRIVATE KEY", StringComparison.Ordinal) => throw new UsageException(
                $"'{path}' holds a private key where a public one belongs",
                $"Keep the private half away from this machine and from the store. {PublicHint}"),
            _ => throw NoKey($"'{path}'", "public", PublicHint),
        };
    }

    public static RSA ReadPrivate(string path, string? password)
    {
        byte[] content = SecretFile.Read(path, "private key", MaxLength);
        byte[] text = SecretText.ToUtf8(content) ?? content;
        char[] pem = GC.AllocateUninitializedArray<char>(text.Length, pinned: true);
        try
        {
            _ = Encoding.ASCII.GetChars(text, pem);
            return ParsePrivate(pem, $"'{path}'", password);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
            CryptographicOperations.ZeroMemory(text);
            Array.Clear(pem);
        }
    }

    public static RSA ParsePrivate(ReadOnlySpan<char> pem, string origin, string? password)
    {
        const string Hint = "Give a PEM file as 'openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096' writes it; older encrypted forms are turned into it by 'openssl pkcs8 -topk8'.";
        pem = pem.TrimStart(SecretText.Mark);
        switch (LabelOf(pem))
        {
            case "PRIVATE KEY" or "RSA PRIVATE KEY":
                return Import(pem, password: null, origin, Hint);
            case "ENCRYPTED PRIVATE KEY" when password is null:
                throw new UsageException($"the private key in {origin} is encrypted", "Give its password: in the environment variable QDRANT_BACKUP_PRIVATE_KEY_PASSWORD, or name a file in Encryption:PrivateKeyPasswordFile.");
            case "ENCRYPTED PRIVATE KEY":
                return Import(pem, password, origin, "Check the password of the private key.");
            default:
                throw NoKey(origin, "private", Hint);
        }
    }

    private static string? LabelOf(ReadOnlySpan<char> pem) => PemEncoding.TryFind(pem, out PemFields fields) ? pem[fields.Label].ToString() : null;

    private static RSA Import(ReadOnlySpan<char> pem, string? password, string origin, string hint)
    {
        var rsa = RSA.Create();
        try
        {
            if (password is null)
            {
                rsa.ImportFromPem(pem);
            }
            else
            {
                rsa.ImportFromEncryptedPem(pem, password);
            }
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // What the library says of a key that it cannot read is not passed on (W5).
            rsa.Dispose();
            throw new UsageException(password is null ? $"{origin} holds no RSA key that can be read" : $"the private key in {origin} does not open with this password", hint);
        }

        if (rsa.KeySize is >= MinBits and <= MaxBits)
        {
            return rsa;
        }

        int bits = rsa.KeySize;
        rsa.Dispose();
        throw new UsageException($"the RSA key in {origin} has {bits} bits", $"Make one of {MinBits} to {MaxBits} bits; 4096 is usual.");
    }

    private static UsageException NoKey(string origin, string half, string hint) => new($"{origin} holds no {half} key in PEM", hint);
}
