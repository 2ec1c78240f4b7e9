using System.Text.Json;
using System.Text.Json.Serialization;

namespace QdrantBackup.Ids;

/// <summary>The name of one backup: when its run began (UTC) and six random characters; sortable and unique (docs/format.md, names).</summary>
[JsonConverter(typeof(BackupIdConverter))]
public readonly record struct BackupId
{
    private readonly string? _value;

    /// <summary>Takes an id after checking it; an unfit one is a programming error.</summary>
    public BackupId(string value)
    {
        if (!RunId.IsValid(value))
        {
            throw new ArgumentException($"'{value}' is no backup id", nameof(value));
        }

        _value = value;
    }

    /// <summary>The id as text.</summary>
    public string Value => _value ?? throw new InvalidOperationException("a default BackupId has no value");

    /// <summary>When the run that made this backup began.</summary>
    public DateTimeOffset Began => AsRun().Began;

    /// <summary>Makes a new id for a backup that begins now.</summary>
    public static BackupId New(TimeProvider time) => new(RunId.New(time).Value);

    /// <summary>Reads an id that somebody typed.</summary>
    public static bool TryParse(string? text, out BackupId id)
    {
        id = RunId.IsValid(text) ? new BackupId(text!) : default;
        return id != default;
    }

    /// <summary>The run that made this backup: a backup's run id is its backup id.</summary>
    public RunId AsRun() => new(Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

internal sealed class BackupIdConverter : JsonConverter<BackupId>
{
    public override BackupId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        BackupId.TryParse(reader.GetString(), out BackupId id) ? id : throw new JsonException("not a backup id");

    public override void Write(Utf8JsonWriter writer, BackupId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
