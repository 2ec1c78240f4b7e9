using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Stores;

/// <summary>A record that can be written again, as it was found.</summary>
/// <param name="Value">Its content; null when it is missing or does not open.</param>
/// <param name="Entry">The blob under its name, so that no other version is ever replaced; null when there is no blob.</param>
/// <param name="Damage">Why it does not open; null when it opens or is missing.</param>
internal sealed record FoundRecord<T>(T? Value, BlobEntry? Entry, BackupException? Damage = null)
    where T : class
{
    /// <summary>The condition under which a new one replaces it.</summary>
    public PutCondition Condition => Entry is null ? PutCondition.OnlyIfAbsent : PutCondition.OnlyIfMatch(Entry.ETag);
}

/// <summary>Reads records that can be written again: a damaged one must stop nothing, and one of a newer format must never be taken for damaged.</summary>
internal static partial class RenewableRecords
{
    private const int DigitAt = 3;
    private const int CompressionAt = 5;
    private const int ZeroAt = 7;

    /// <summary>Reads a record; one that is cut, changed or not a document is returned as damaged, and logged.</summary>
    /// <exception cref="SealException">A newer version of this program wrote it.</exception>
    public static async Task<FoundRecord<T>> FindRenewableAsync<T>(this SealedStore store, BlobName name, JsonTypeInfo<T> json, CancellationToken cancellationToken)
        where T : class
    {
        FoundRecord<T> found = await ReadAsync(store, name, json, cancellationToken);
        if (found.Damage is { } damage)
        {
            LogDamaged(store.Log, name.Value, damage.Message);
        }

        return found;
    }

    private static async Task<FoundRecord<T>> ReadAsync<T>(SealedStore store, BlobName name, JsonTypeInfo<T> json, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            StoredBlob? blob;
            try
            {
                blob = await store.Blobs.GetAsync(name, SealedHeader.MaxSealedLength(SealedType.Record), cancellationToken);
            }
            catch (OversizedBlobException e)
            {
                // Only what is too long itself counts: a sound one may have replaced it since it was read.
                if (await store.Blobs.FindAsync(name, cancellationToken) is { } entry && entry.Length > SealedHeader.MaxSealedLength(SealedType.Record))
                {
                    return new FoundRecord<T>(null, entry, e);
                }

                continue;
            }

            return blob is null ? new FoundRecord<T>(null, null) : Open(store, blob, json);
        }
    }

    private static FoundRecord<T> Open<T>(SealedStore store, StoredBlob blob, JsonTypeInfo<T> json)
        where T : class
    {
        string name = blob.Entry.Name.Value;
        try
        {
            return new FoundRecord<T>(SealedStore.ReadDocument(name, store.Sealer.Open(SealedType.Record, name, blob.Content.Span), json), blob.Entry);
        }
        catch (SealException e) when (e.IsNewerFormat && IsChangedVersion1(store.Sealer, name, blob.Content.Span))
        {
            return new FoundRecord<T>(null, blob.Entry, e);
        }
        catch (SealException e) when (!e.IsNewerFormat)
        {
            return new FoundRecord<T>(null, blob.Entry, e);
        }
    }

    /// <summary>Whether an object only looks like a newer one: with one byte of its header put back it opens as one of this version.</summary>
    private static bool IsChangedVersion1(Sealer sealer, string name, ReadOnlySpan<byte> content)
    {
        if (content.Length < SealedHeader.Overhead)
        {
            return false;
        }

        (int At, byte Value)[] changes =
        [
            (DigitAt, (byte)'1'), (ZeroAt, 0),
            (CompressionAt, (byte)BodyCompression.None), (CompressionAt, (byte)BodyCompression.Zstd), (CompressionAt, (byte)BodyCompression.ShuffledZstd),
        ];
        byte[] candidate = content.ToArray();
        foreach ((int at, byte value) in changes.Where(c => candidate[c.At] != c.Value))
        {
            byte was = candidate[at];
            candidate[at] = value;
            try
            {
                sealer.Open(SealedType.Record, name, candidate);
                return true;
            }
            catch (SealException)
            {
                candidate[at] = was;
            }
        }

        return false;
    }

    [LoggerMessage(3601, LogLevel.Warning, "The record '{Blob}' does not open and is written again: {Problem}")]
    private static partial void LogDamaged(ILogger logger, string blob, string problem);
}
