using System.Text.Json;
using System.Text.Json.Serialization;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;

namespace QdrantBackup.Keys;

/// <summary>The store key, wrapped for one recipient: <c>keys/&lt;keyId&gt;/&lt;recipientId&gt;.json</c> (docs/format.md §2).</summary>
/// <param name="Format">1.</param>
/// <param name="StoreId">The store that the key belongs to.</param>
/// <param name="KeyId">The key's own id, checked after unwrapping.</param>
/// <param name="Recipient">Who can unwrap it.</param>
/// <param name="Wrapped">The wrapped key; base64 in JSON.</param>
/// <param name="Created">When it was wrapped.</param>
public sealed record KeyDocument(int Format, string StoreId, string KeyId, KeyRecipient Recipient, byte[] Wrapped, DateTimeOffset Created)
{
    /// <summary>The format that this version writes, and the newest that it reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The longest document that is read.</summary>
    public const int MaxLengthBytes = 64 * 1024;

    /// <summary>The document of a key that was just wrapped.</summary>
    public static KeyDocument Of(StoreId storeId, StoreKey key, KeyRecipient recipient, byte[] wrapped, TimeProvider time) =>
        new(CurrentFormat, storeId.ToString(), key.KeyId, recipient, wrapped, time.GetUtcNow());

    /// <summary>The document as UTF-8 JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, KeyDocumentJson.Default.KeyDocument);

    /// <summary>Reads a document; what is not one, or is of a newer format, is refused.</summary>
    /// <exception cref="SealException">Not a key document of this format.</exception>
    public static KeyDocument FromJson(string blobName, ReadOnlySpan<byte> json)
    {
        KeyDocument? document = null;
        Exception? cause = null;
        try
        {
            document = json.Length > MaxLengthBytes ? null : JsonSerializer.Deserialize(json, KeyDocumentJson.Default.KeyDocument);
        }
        catch (JsonException e)
        {
            cause = e;
        }

        if (document is { Format: > CurrentFormat })
        {
            throw new SealException($"'{blobName}' is a key document of format {document.Format}, newer than {CurrentFormat}", "Use the newest version of this program.") { IsNewerFormat = true };
        }

        return document is { Format: CurrentFormat, Wrapped.Length: > 0, Recipient.HasUsableId: true }
            ? document
            : throw new SealException($"'{blobName}' is no key document", KeyDocumentChecks.PutBack, cause);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(KeyDocument))]
internal sealed partial class KeyDocumentJson : JsonSerializerContext;
