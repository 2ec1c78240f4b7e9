namespace QdrantBackup.Storage;

/// <summary>Orders names by their UTF-8 bytes, as stores list them; string.CompareOrdinal differs beyond the basic plane.</summary>
internal sealed class Utf8Order : IComparer<string>
{
    public static readonly Utf8Order Instance = new();

    public int Compare(string? x, string? y)
    {
        var a = x.AsSpan();
        var b = y.AsSpan();
        var same = a.CommonPrefixLength(b);
        if (same == a.Length || same == b.Length)
        {
            return a.Length - b.Length;
        }

        var (left, right) = (a[same], b[same]);

        // A surrogate stands for a code point above every other UTF-16 unit, although its own value lies below U+E000.
        return char.IsSurrogate(left) == char.IsSurrogate(right)
            ? left - right
            : char.IsSurrogate(left) ? 1 : -1;
    }
}
