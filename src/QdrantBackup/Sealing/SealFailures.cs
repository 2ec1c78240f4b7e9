namespace QdrantBackup.Sealing;

/// <summary>The errors for a sealed object that is refused; each names the blob, the reason and what to do.</summary>
internal static class SealFailures
{
    private const string PutBack =
        "Put the blob back from soft delete, an older version or the second store, or restore another backup; 'verify' names every backup that needs it.";

    public static SealException Cut(string blob, int length) =>
        new($"'{blob}' is cut: {length} bytes are too few for a sealed object", PutBack);

    public static SealException NotSealed(string blob) =>
        new($"'{blob}' is no sealed object: it does not begin with QBS1", PutBack);

    public static SealException Newer(string blob, string what) =>
        new($"'{blob}' needs {what}", $"Use the newest version of this program. If this is the newest, the blob was changed: {PutBack}") { IsNewerFormat = true };

    public static SealException WrongType(string blob, SealedType expected, byte found) =>
        new($"'{blob}' has the wrong type: expected {Enum.GetName(expected)}, its header holds {found}", $"The blob was swapped or changed. {PutBack}");

    public static SealException TooLong(string blob, uint length, int limit) =>
        new($"'{blob}' is too long: {length} bytes by its header, at most {limit} are allowed", PutBack);

    public static SealException WrongLength(string blob, int length) =>
        new($"'{blob}' is cut or extended: its {length} bytes do not agree with its header", PutBack);

    public static SealException Unauthentic(string blob, Exception cause) =>
        new($"'{blob}' does not open: it was changed, moved from another name or store, or sealed under another key",
            $"If nothing in this store opens, the key is wrong: check the recipient and the pinned key id. If only this blob does not: {PutBack}", cause);

    public static SealException Decompression(string blob, Exception? cause = null) =>
        new($"'{blob}' opens but does not decompress to the length in its header", $"A faulty writer made it. {PutBack}", cause);
}
