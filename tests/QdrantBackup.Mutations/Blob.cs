namespace QdrantBackup.Mutations;

/// <summary>A blob as it lies in a store.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Summary">What a listing shows of a manifest, or null.</param>
/// <param name="PretendedLength">The length that it claims, where that is more than its bytes: nobody may read so many.</param>
internal sealed record Blob(byte[] Content, string? Summary = null, long PretendedLength = 0)
{
    public long Length => Math.Max(Content.Length, PretendedLength);
}
