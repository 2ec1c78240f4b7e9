using System.Text;

namespace QdrantBackup.Storage;

/// <summary>The name of a blob: segments separated by '/', at most 1,024 bytes of UTF-8 and 255 a segment (docs/format.md, limits).</summary>
public readonly record struct BlobName
{
    /// <summary>The longest name, in bytes of UTF-8.</summary>
    public const int MaxLengthBytes = 1024;

    /// <summary>The longest segment, in bytes of UTF-8.</summary>
    public const int MaxSegmentBytes = 255;

    private readonly string? _value;

    /// <summary>Takes a name after checking it; an unfit one is a programming error.</summary>
    /// <exception cref="ArgumentException">Empty, too long, or with an empty, '.' or '..' segment, a backslash or a control character.</exception>
    public BlobName(string value)
    {
        if (!IsValid(value))
        {
            throw new ArgumentException($"'{value}' is no blob name", nameof(value));
        }

        _value = value;
    }

    /// <summary>The name as text.</summary>
    public string Value => _value ?? throw new InvalidOperationException("a default BlobName has no value");

    /// <summary>Whether a text can be a blob's name.</summary>
    public static bool IsValid(string? value) =>
        !string.IsNullOrEmpty(value)
        && Encoding.UTF8.GetByteCount(value) <= MaxLengthBytes
        && !value.Any(c => char.IsControl(c) || c == '\\')
        && value.Split('/').All(s => s.Length > 0 && s is not "." and not ".." && Encoding.UTF8.GetByteCount(s) <= MaxSegmentBytes);


    /// <inheritdoc/>
    public override string ToString() => Value;
}
