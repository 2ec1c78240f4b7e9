using System.Security.Cryptography;
using System.Text;

namespace QdrantBackup.Keys;

/// <summary>Reads secrets as the text that a person wrote: editors add byte order marks, other encodings and line ends, and none of them is part of a secret.</summary>
internal static class SecretText
{
    /// <summary>What editors put before a text to name its encoding.</summary>
    public const char Mark = '\ufeff';

    /// <summary>The text in UTF-8 without a byte order mark, in memory that the collector does not move; null if it is neither UTF-8 nor UTF-16 or UTF-32 with a mark.</summary>
    public static byte[]? ToUtf8(ReadOnlySpan<byte> content)
    {
        (Encoding encoding, int mark) = content switch
        {
            [0xEF, 0xBB, 0xBF, ..] => ((Encoding)new UTF8Encoding(false, throwOnInvalidBytes: true), 3),
            [0xFF, 0xFE, 0, 0, ..] => (new UTF32Encoding(bigEndian: false, byteOrderMark: false, throwOnInvalidCharacters: true), 4),
            [0, 0, 0xFE, 0xFF, ..] => (new UTF32Encoding(bigEndian: true, byteOrderMark: false, throwOnInvalidCharacters: true), 4),
            [0xFF, 0xFE, ..] => (new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true), 2),
            [0xFE, 0xFF, ..] => (new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true), 2),
            _ => (new UTF8Encoding(false, throwOnInvalidBytes: true), 0),
        };
        char[] text = GC.AllocateUninitializedArray<char>(encoding.GetMaxCharCount(content.Length), pinned: true);
        try
        {
            int length = encoding.GetChars(content[mark..], text);
            byte[] utf8 = GC.AllocateUninitializedArray<byte>(Encoding.UTF8.GetByteCount(text.AsSpan(0, length)), pinned: true);
            Encoding.UTF8.GetBytes(text.AsSpan(0, length), utf8);
            return utf8;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
        finally
        {
            Array.Clear(text);
        }
    }

    /// <summary>The first line of a text, without blanks and marks around it: the one rule for files and for the environment.</summary>
    public static byte[] FirstLine(ReadOnlySpan<byte> utf8)
    {
        int end = utf8.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? utf8 : utf8[..end];
        while (Rune.DecodeFromUtf8(line, out Rune first, out int length) == System.Buffers.OperationStatus.Done && IsAround(first))
        {
            line = line[length..];
        }

        while (Rune.DecodeLastFromUtf8(line, out Rune last, out int length) == System.Buffers.OperationStatus.Done && IsAround(last))
        {
            line = line[..^length];
        }

        return Copy(line);
    }

    /// <summary>A copy in memory that the collector does not move.</summary>
    public static byte[] Copy(ReadOnlySpan<byte> bytes)
    {
        byte[] copy = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(copy);
        return copy;
    }

    private static bool IsAround(Rune rune) => Rune.IsWhiteSpace(rune) || rune.Value == Mark;
}

/// <summary>A secret of one line: what was meant, and the bytes that earlier versions took instead, so that what was made with those still opens.</summary>
internal sealed class SecretLine : IDisposable
{
    private SecretLine(byte[]? meant, byte[] before)
    {
        Meant = meant;
        if (meant is null || !before.AsSpan().SequenceEqual(meant))
        {
            AsItStands = before;
        }
    }

    /// <summary>The line as its writer meant it, in UTF-8; null if it is no text.</summary>
    public byte[]? Meant { get; }

    /// <summary>What earlier versions took; null where that is the same.</summary>
    public byte[]? AsItStands { get; }

    /// <summary>Reads the first line of a file.</summary>
    public static SecretLine Read(string path, string what, int maxLength)
    {
        byte[] content = SecretFile.Read(path, what, maxLength);
        try
        {
            ReadOnlySpan<byte> line = content;
            int end = line.IndexOf((byte)'\n');
            return Of(content, SecretText.Copy((end < 0 ? line : line[..end]).Trim(" \t\r"u8)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>Takes the text of a setting.</summary>
    public static SecretLine Of(string text)
    {
        byte[] content = Encoding.UTF8.GetBytes(text);
        return Of(content, content);
    }

    /// <summary>What is wrong with the secret for wrapping: it would depend on how a file was saved. Null if nothing is wrong.</summary>
    public string? Problem => Meant switch
    {
        null => "is neither UTF-8 nor UTF-16 with a byte order mark",
        [] => "is empty",
        var line when line.AsSpan().ContainsAnyInRange((byte)0, (byte)8) || line.AsSpan().ContainsAnyInRange((byte)10, (byte)31) => "holds control characters: it may be UTF-16 without a byte order mark",
        _ => null,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(Meant);
        CryptographicOperations.ZeroMemory(AsItStands);
    }

    private static SecretLine Of(ReadOnlySpan<byte> content, byte[] before)
    {
        byte[]? utf8 = SecretText.ToUtf8(content);
        try
        {
            return new SecretLine(utf8 is null ? null : SecretText.FirstLine(utf8), before);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(utf8);
        }
    }
}
