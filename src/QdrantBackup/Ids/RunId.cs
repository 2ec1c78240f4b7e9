using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace QdrantBackup.Ids;

/// <summary>The name of one run, of the same shape as a backup's; a backup's run id is its backup id (docs/format.md, names).</summary>
[JsonConverter(typeof(RunIdConverter))]
public readonly record struct RunId
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const int TimeLength = 16;
    private const int SuffixLength = 6;

    private static readonly SearchValues<char> Allowed = SearchValues.Create(Alphabet);

    private readonly string? _value;

    /// <summary>Takes an id after checking it; an unfit one is a programming error.</summary>
    public RunId(string value)
    {
        if (!IsValid(value))
        {
            throw new ArgumentException($"'{value}' is no run id", nameof(value));
        }

        _value = value;
    }

    /// <summary>The id as text.</summary>
    public string Value => _value ?? throw new InvalidOperationException("a default RunId has no value");

    /// <summary>When the run began, to the second, by its id.</summary>
    public DateTimeOffset Began => ParseTime(Value, out DateTimeOffset began) ? began : throw new InvalidOperationException();

    /// <summary>Makes a new id for a run that begins now.</summary>
    public static RunId New(TimeProvider time)
    {
        string suffix = RandomNumberGenerator.GetString(Alphabet, SuffixLength);
        return new RunId(time.GetUtcNow().UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture) + "-" + suffix);
    }

    /// <summary>The id of a run that follows from a decision: the same for the same time and seed on every machine.</summary>
    public static RunId Derive(DateTimeOffset began, string seed)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(seed));
        string suffix = string.Create(SuffixLength, hash, static (span, bytes) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = Alphabet[bytes[i] & 31];
            }
        });
        return new RunId(began.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture) + "-" + suffix);
    }

    /// <summary>Whether a text has the shape of an id, with a time that exists.</summary>
    public static bool IsValid(string? text) =>
        text is { Length: TimeLength + 1 + SuffixLength }
        && text[TimeLength] == '-'
        && text.AsSpan(TimeLength + 1).IndexOfAnyExcept(Allowed) < 0
        && ParseTime(text, out _);

    /// <summary>Reads an id that somebody typed.</summary>
    public static bool TryParse(string? text, out RunId id)
    {
        id = IsValid(text) ? new RunId(text!) : default;
        return id != default;
    }

    /// <summary>The backup that this run makes, when it is a backup's.</summary>
    public BackupId AsBackup() => new(Value);

    /// <inheritdoc/>
    public override string ToString() => Value;

    private static bool ParseTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(
            text.AsSpan(0, TimeLength), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}

internal sealed class RunIdConverter : JsonConverter<RunId>
{
    public override RunId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        RunId.TryParse(reader.GetString(), out RunId id) ? id : throw new JsonException("not a run id");

    public override void Write(Utf8JsonWriter writer, RunId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
