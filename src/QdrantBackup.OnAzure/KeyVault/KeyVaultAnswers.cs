using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using QdrantBackup.Keys;

namespace QdrantBackup.OnAzure.KeyVault;

/// <summary>Reads what a vault answers. An answer that is none is the vault's fault, not the store's.</summary>
internal static class KeyVaultAnswers
{
    private const int MaxBits = 16384;

    public static VaultKey Key(ReadOnlySpan<byte> json, VaultKeyAddress asked)
    {
        var answer = Read(json, KeyVaultJson.Default.KeyAnswer, asked);
        if (answer.Key is not { Kid: { } kid, Kty: { } type } key
            || !VaultKeyAddress.TryParse(kid, out var address)
            || address.Version is null
            || address.Vault != asked.Vault
            || !address.Name.Equals(asked.Name, StringComparison.OrdinalIgnoreCase)
            || (asked.Version is not null && asked.Version != address.Version))
        {
            throw NoAnswer(asked);
        }

        return new VaultKey(
            asked.At(address.Version), type, key.N is null ? 0 : BitsOf(key.N, asked), key.KeyOps ?? [], answer.Attributes?.Enabled ?? true,
            Time(answer.Attributes?.Nbf), Time(answer.Attributes?.Exp));
    }

    /// <summary>The bytes that wrapping or unwrapping gave; the caller zeroes them.</summary>
    public static byte[] Value(ReadOnlySpan<byte> json, VaultKeyAddress asked)
    {
        try
        {
            // Read by hand: a string would stay in memory with the key in it.
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("value"u8) && reader.Read() && reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped)
                {
                    var value = GC.AllocateUninitializedArray<byte>(Base64Url.GetMaxDecodedLength(reader.ValueSpan.Length), pinned: true);
                    var length = Base64Url.DecodeFromUtf8(reader.ValueSpan, value);
                    return length == value.Length ? value : throw NoAnswer(asked);
                }
            }
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            // Its message may quote the answer (W5).
        }

        throw NoAnswer(asked);
    }

    /// <summary>The most exact of the codes that a refusal carries; null if it carries none.</summary>
    public static string? ErrorCode(ReadOnlySpan<byte> json)
    {
        try
        {
            var error = JsonSerializer.Deserialize(json, KeyVaultJson.Default.ErrorAnswer)?.Error;
            var code = error?.InnerError?.Code ?? error?.Code;
            return code is { Length: > 0 and <= 64 } && code.All(char.IsAsciiLetterOrDigit) ? code : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static StoreException NoAnswer(VaultKeyAddress asked) => new(
        $"what {asked.Vault} answered is no answer of a key vault",
        "Check the address of the key. A proxy in between, or something else at that address, may have answered.");

    private static T Read<T>(ReadOnlySpan<byte> json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, VaultKeyAddress asked)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw NoAnswer(asked);
        }
        catch (JsonException)
        {
            throw NoAnswer(asked);
        }
    }

    private static int BitsOf(string modulus, VaultKeyAddress asked)
    {
        try
        {
            var bits = 8 * Base64Url.DecodeFromChars(modulus).AsSpan().TrimStart((byte)0).Length;
            return bits <= MaxBits ? bits : throw NoAnswer(asked);
        }
        catch (FormatException)
        {
            throw NoAnswer(asked);
        }
    }

    private static DateTimeOffset? Time(long? seconds) =>
        seconds is >= 0 and <= 253_402_300_799 ? DateTimeOffset.FromUnixTimeSeconds(seconds.Value) : null;
}

/// <summary>The answer to a GET of a key.</summary>
internal sealed record KeyAnswer(KeyAnswerKey? Key, KeyAnswerAttributes? Attributes);

/// <summary>The public half of a key.</summary>
internal sealed record KeyAnswerKey(string? Kid, string? Kty, [property: JsonPropertyName("key_ops")] IReadOnlyList<string>? KeyOps, string? N);

/// <summary>A key's attributes; times in seconds since 1970.</summary>
internal sealed record KeyAnswerAttributes(bool? Enabled, long? Nbf, long? Exp);

/// <summary>A refusal.</summary>
internal sealed record ErrorAnswer(ErrorBody? Error);

/// <summary>What went wrong, from the general to the particular.</summary>
internal sealed record ErrorBody(string? Code, [property: JsonPropertyName("innererror")] ErrorBody? InnerError);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, PropertyNameCaseInsensitive = true, MaxDepth = 16)]
[JsonSerializable(typeof(KeyAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
internal sealed partial class KeyVaultJson : JsonSerializerContext;
