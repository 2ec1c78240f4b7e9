using System.Text.RegularExpressions;

namespace QdrantBackup.Sealing;

/// <summary>The recipient of a key document, and the parameters it needs beside the key itself (docs/format.md §2).</summary>
/// <param name="Kind">The way of wrapping, e.g. <c>key-file</c>.</param>
/// <param name="Id">The recipient's id; also the name of the document's blob.</param>
public sealed partial record KeyRecipient(string Kind, string Id)
{
    /// <summary>The name of the algorithm, where the kind has several.</summary>
    public string? Algorithm { get; init; }

    /// <summary>The address of the key in its vault, with its version.</summary>
    public string? Key { get; init; }

    /// <summary>How a passphrase becomes a key.</summary>
    public Argon2idParameters? Argon2id { get; init; }

    /// <summary>Whether the id can be the name of a blob's segment, and begins with the kind as every id does.</summary>
    internal bool HasUsableId => IdForm().IsMatch(Id) && Id.StartsWith($"{Kind}-", StringComparison.Ordinal);

    [GeneratedRegex("^[a-z0-9-]{1,100}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IdForm();
}
