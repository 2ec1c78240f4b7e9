namespace QdrantBackup.Chunking;

/// <summary>A name too long for a header, which stands before the member that it belongs to.</summary>
internal sealed class LongName
{
    /// <summary>Longer ones are taken for damage.</summary>
    public const int MaxLength = 4096;

    private byte[] _bytes = [];
    private int _length;

    public LongName()
    {
    }

    public LongName(ArchivePlace place)
    {
        Begin((place.LongName?.Length ?? 0) + (place.Stage == ArchiveStage.LongName ? place.Remaining : 0));
        Add(place.LongName);
    }

    public void Begin(long length) => (_bytes, _length) = (new byte[length], 0);

    public void Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    public void Clear() => _length = 0;

    /// <summary>What was seen of it, or null.</summary>
    public byte[]? ToArray() => _length == 0 ? null : _bytes[.._length];

    /// <summary>The name, once; null when the header's own name counts.</summary>
    public string? Take()
    {
        string? name = _length == 0 ? null : TarHeader.DecodeName(_bytes.AsSpan(0, _length));
        _length = 0;
        return name;
    }
}
