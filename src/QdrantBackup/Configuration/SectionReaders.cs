using System.Text.RegularExpressions;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;

namespace QdrantBackup.Configuration;

/// <summary>Reads the sections, each into its part of the options.</summary>
internal static partial class SectionReaders
{
    public static BackupOptions ReadAll(SettingReader reader)
    {
        var role = reader.Value("Role", AppRole.All, ParseRole);
        var options = new BackupOptions
        {
            ClusterName = ReadClusterName(reader),
            Qdrant = QdrantSection.Read(reader),
            Schedules = ScheduleSection.Read(reader),
            Retention = RetentionSection.Read(reader, role),
            Storage = StorageSection.Read(reader),
            Store = ReadPins(reader),
            Compression = reader.Value("Compression", ChunkCompression.Auto, ParseCompression),
            Uncompressed = [.. reader.Children("Compression:Except").Select(number => reader.Text($"Compression:Except:{number}", text => text.Length <= 255)).OfType<string>()],
            Encryption = EncryptionSection.Read(reader),
            Verification = VerificationSection.Read(reader),
            MaxParallelParts = reader.Integer("MaxParallelParts", 4, 1, 64),
            RangeBytes = reader.Value("RangeBytes", 4L << 30, text => ValueForms.Size(text, 64L << 20, 1L << 40)),
            TransferTime = TimeSpan.FromSeconds(reader.Integer("TransferSeconds", 120, 5, 3600)),
            ChunksInFlight = reader.Integer("ChunksInFlight", 4, 1, 64),
            NiceLevel = reader.Integer("NiceLevel", 19, 0, 19),
            ApiKeys = ApiKeySection.Read(reader),
            Role = role,
            Team = reader.Text("Team", text => text.Length <= 64),
            Labels = reader.Children("Labels").ToDictionary(
                name => name, name => reader.Text($"Labels:{name}", text => text.Length <= 256) ?? string.Empty, StringComparer.Ordinal),
            Warnings = reader.Warnings,
        };
        if (role == AppRole.Maintenance && options.Retention.Memory is null)
        {
            reader.Warn("Role is maintenance, and Retention:Memory is not given: this app ends nothing and deletes nothing until it is.");
        }

        return options;
    }

    private static string ReadClusterName(SettingReader reader)
    {
        const string Key = "Cluster:Name";
        if (reader.Text(Key) is null)
        {
            reader.RefuseMissing(Key, "Add `cluster: { name: my-cluster }` to the file, or set Backup__Cluster__Name.");
        }

        return reader.Text(Key, text => ClusterNameForm().IsMatch(text)) ?? string.Empty;
    }

    private static StorePinOptions ReadPins(SettingReader reader) => new(
        reader.Text("Store:Id", text => StoreId.TryParse(text, out _)) is { } id && StoreId.TryParse(id, out var storeId) ? storeId : null,
        reader.Text("Store:KeyId", text => KeyIdForm().IsMatch(text))?.ToLowerInvariant());

    private static ChunkCompression? ParseCompression(string text) => text.ToLowerInvariant() switch
    {
        "gzip" or "zstd" => ChunkCompression.Auto,
        "none" => ChunkCompression.None,
        _ => ValueForms.Boolean(text) switch { true => ChunkCompression.Auto, false => ChunkCompression.None, null => null },
    };

    private static AppRole? ParseRole(string text) => text.ToLowerInvariant() switch
    {
        "all" or "both" => AppRole.All,
        "backup" => AppRole.Backup,
        "maintenance" => AppRole.Maintenance,
        _ => null,
    };

    [GeneratedRegex("^[a-z0-9-]{1,40}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ClusterNameForm();

    [GeneratedRegex("^[0-9a-fA-F]{32}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KeyIdForm();
}
