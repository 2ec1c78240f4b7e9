namespace QdrantBackup.Storage;

/// <summary>The wording of failures that every store shares.</summary>
internal static class StoreErrors
{
    public static StoreConflictException AlreadyThere(BlobName name, string location) =>
        new($"{name} is already in the store {location}", "Another run put it first; read the blob that is there before you continue.");

    public static StoreConflictException Changed(BlobName name, string location) =>
        new($"{name} in the store {location} has changed since it was read", "Read it again and repeat the step with the present content.");

    public static OversizedBlobException TooLong(BlobName name, long length, long maxLength, string location) =>
        new($"{name} in the store {location} has {length} bytes, more than the {maxLength} that it may have",
            "The blob was not written by this application or was replaced; restore an older version of it.");

    /// <summary>Throws unless the present entry meets <paramref name="condition"/>.</summary>
    public static void ThrowUnlessMet(PutCondition condition, BlobName name, string? currentETag, string location)
    {
        if (condition.IfAbsent && currentETag is not null)
        {
            throw AlreadyThere(name, location);
        }

        if (condition.IfMatch is { } expected && !string.Equals(expected, currentETag, StringComparison.Ordinal))
        {
            throw Changed(name, location);
        }
    }
}
