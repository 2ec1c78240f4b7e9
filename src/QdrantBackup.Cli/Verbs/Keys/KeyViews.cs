using System.Globalization;
using System.Text.Json.Serialization;
using QdrantBackup.Keys;
using QdrantBackup.Sealing;

namespace QdrantBackup.Cli.Verbs.Keys;

/// <summary>What <c>key show</c> prints as JSON.</summary>
internal sealed record KeyView(string? StoreId, string? KeyId, bool? Replica, bool Pinned, int KeyNumber, IReadOnlyList<RecipientView> Recipients);

/// <summary>A recipient, and whether what is said of it is authentic; null where no key was at hand to tell.</summary>
internal sealed record RecipientView(string Id, string Kind, DateTimeOffset? Created, bool? Authentic, string? Key, string? Algorithm, Argon2idParameters? Argon2id)
{
    [JsonIgnore]
    public IReadOnlyList<string> Columns =>
    [
        Id, Kind, Created?.ToString("u", CultureInfo.InvariantCulture) ?? "?", Authentic switch { true => "yes", false => "NO", null => "not checked" },
        Key ?? (Argon2id is { } kdf ? $"Argon2id, {kdf.MemoryKiB >> 10} MiB, {kdf.Passes} passes" : Algorithm ?? "–"),
    ];

    public static RecipientView Of(StoredKeyDocument stored, bool? authentic) => stored.Document is { Recipient: var recipient } document
        ? new RecipientView(recipient.Id, recipient.Kind, document.Created, authentic, recipient.Key, recipient.Algorithm, recipient.Argon2id)
        : new RecipientView(stored.RecipientId, "?", null, false, null, null, null);
}

/// <summary>What <c>key test</c> prints as JSON.</summary>
internal sealed record KeyTestView(string StoreId, string KeyId, IReadOnlyList<TestedRecipient> Recipients);

/// <summary>Whether a recipient opens the store.</summary>
internal enum RecipientTest
{
    Yes,
    No,

    /// <summary>Its key is not on this machine.</summary>
    NotHere,
}

/// <summary>A recipient that was tried.</summary>
internal sealed record TestedRecipient(string Id, string Kind, RecipientTest Opens, DateTimeOffset? Expires, string? Remark)
{
    [JsonIgnore]
    public IReadOnlyList<string> Columns =>
        [Id, Kind, Opens switch { RecipientTest.Yes => "yes", RecipientTest.No => "NO", _ => "not here" }, Expires?.ToString("u", CultureInfo.InvariantCulture) ?? "–", Remark ?? ""];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KeyView))]
[JsonSerializable(typeof(KeyTestView))]
internal sealed partial class KeyJson : JsonSerializerContext;
