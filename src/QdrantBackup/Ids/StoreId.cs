namespace QdrantBackup.Ids;

/// <summary>Which store: named in plain text by store.json, pinned in the configuration, and authenticated with every sealed object (docs/format.md §3).</summary>
public readonly record struct StoreId(Guid Value)
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 16;

    /// <summary>Makes a new id out of random bytes.</summary>
    public static StoreId Generate()
    {
        Span<byte> bytes = stackalloc byte[Length];
        System.Security.Cryptography.RandomNumberGenerator.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new StoreId(new Guid(bytes, bigEndian: true));
    }

    /// <summary>Reads the form that <see cref="ToString"/> writes.</summary>
    public static bool TryParse(string? text, out StoreId storeId)
    {
        bool parsed = Guid.TryParseExact(text, "D", out Guid value);
        storeId = new StoreId(value);
        return parsed;
    }

    /// <summary>Writes the 16 bytes in the order of the hex digits.</summary>
    public void CopyTo(Span<byte> destination) => _ = Value.TryWriteBytes(destination, bigEndian: true, out _);

    /// <summary>The usual form of a UUID: 8-4-4-4-12 lower-case hex digits.</summary>
    public override string ToString() => Value.ToString("D");
}
