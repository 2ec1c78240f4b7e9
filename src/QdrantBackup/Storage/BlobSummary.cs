using System.Buffers.Text;
using System.Text;

namespace QdrantBackup.Storage;

/// <summary>The rules for summaries, the same in every store: base64, short enough for a header, and only beside a manifest (docs/format.md, names).</summary>
public static class BlobSummary
{
    /// <summary>The longest summary, in characters.</summary>
    public const int MaxLength = 4096;

    /// <summary>The folder of the blobs that may carry a summary.</summary>
    public const string Folder = "manifests/";

    /// <summary>Refuses a summary that some store could not keep; an unfit one is a programming error.</summary>
    /// <exception cref="ArgumentException">Too long, not base64, or beside something other than a manifest.</exception>
    public static void Check(BlobName name, string? summary)
    {
        if (summary is null)
        {
            return;
        }

        if (!name.Value.StartsWith(Folder, StringComparison.Ordinal) || name.Value.AsSpan(Folder.Length).Contains('/'))
        {
            throw new ArgumentException($"'{name}' is no manifest and carries no summary", nameof(name));
        }

        if (summary.Length is 0 or > MaxLength || !Base64.IsValid(Encoding.ASCII.GetBytes(summary)))
        {
            throw new ArgumentException($"the summary of '{name}' is not base64 of 1 to {MaxLength} characters", nameof(summary));
        }
    }
}
