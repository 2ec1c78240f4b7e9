using System.Globalization;
using System.Text;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Stores;

/// <summary>The name of every blob of a store (docs/format.md §1).</summary>
public static class BlobNames
{
    /// <summary>Where manifests are.</summary>
    public const string Manifests = "manifests/";

    /// <summary>Where the records of ended backups are.</summary>
    public const string Retirements = "retired/";

    /// <summary>Where undeletions are: the records that take an end back, in a folder per backup.</summary>
    public const string Undeletions = "undeleted/";

    /// <summary>Where pins are.</summary>
    public const string Pins = "pins/";

    /// <summary>Where holds are.</summary>
    public const string Holds = "holds/";

    /// <summary>Where the backups that retention has found on hold are recorded, by cluster.</summary>
    public const string Retentions = "retention/";

    /// <summary>Where chunk lists are, in a folder per backup.</summary>
    public const string Lists = "lists/";

    /// <summary>Where the records of runs are.</summary>
    public const string Runs = "runs/";

    /// <summary>Where wrapped keys are.</summary>
    public const string Keys = "keys/";

    /// <summary>Where chunks are.</summary>
    public const string ChunksFolder = "chunks/";

    /// <summary>Where damaged chunks are recorded.</summary>
    public const string DamagedChunks = "damaged/";

    /// <summary>Where the backups of the second store are recorded.</summary>
    public const string Copies = "copies/";

    /// <summary>Where the findings of verifications about backups are recorded.</summary>
    public const string VerifiedBackups = "verified/";

    /// <summary>Where the confirmations of suspect backups are recorded.</summary>
    public const string ConfirmedBackups = "confirmed/";

    private const int MaxLabelBytes = 48;
    private const int ChunkNameLength = 10 + (2 * ChunkId.Length);
    private const int MaxClusterLength = 200;

    /// <summary>The plaintext description of the store.</summary>
    public static BlobName Store { get; } = new("store.json");

    /// <summary>The store key, wrapped for one recipient.</summary>
    public static BlobName Key(string keyId, string recipientId) => new($"{Keys}{keyId}/{recipientId}.json");

    /// <summary>A chunk.</summary>
    public static BlobName Chunk(ChunkId id)
    {
        string hex = id.ToString();
        return new BlobName($"{ChunksFolder}{hex[..2]}/{hex}");
    }

    /// <summary>The prefix of the chunks whose ids begin with a byte.</summary>
    public static string Chunks(byte firstByte) => $"{ChunksFolder}{firstByte:x2}/";

    /// <summary>The damaged chunks whose ids begin with a byte.</summary>
    public static BlobName Damaged(byte firstByte) => new($"{DamagedChunks}{firstByte:x2}");

    /// <summary>The findings of verifications about a backup.</summary>
    public static BlobName Verified(BackupId id) => new(VerifiedBackups + id);

    /// <summary>The record that a backup is in the second store.</summary>
    public static BlobName Copy(BackupId id) => new(Copies + id);

    /// <summary>The progress of the rolling verification of the whole store.</summary>
    public static BlobName RollingVerification { get; } = new("checks/rolling");

    /// <summary>The last usage report of the store.</summary>
    public static BlobName Usage { get; } = new("checks/usage");

    /// <summary>Written and deleted again to test whether that is possible; it holds nothing.</summary>
    public static BlobName Probe { get; } = new("checks/probe");

    /// <summary>The chunk list of one range of one part; <paramref name="listHash"/> is the whole keyed hash of its plaintext.</summary>
    public static BlobName List(BackupId id, int partNo, string label, int range, string listHash) =>
        new($"{ListsOf(id)}{partNo:D5}-{label}/{range:D5}-{listHash[..16]}");

    /// <summary>Where the chunk lists of a backup are.</summary>
    public static string ListsOf(BackupId id) => $"{Lists}{id}/";

    /// <summary>A manifest.</summary>
    public static BlobName Manifest(BackupId id) => new(Manifests + id);

    /// <summary>The record that a backup was ended.</summary>
    public static BlobName Retirement(BackupId id) => new(Retirements + id);

    /// <summary>The record that takes one end of a backup back.</summary>
    public static BlobName Undeletion(BackupId id, string endId) => new(UndeletionsOf(id) + endId);

    /// <summary>Where the undeletions of a backup are.</summary>
    public static string UndeletionsOf(BackupId id) => $"{Undeletions}{id}/";

    /// <summary>The memory of maintenance about this store; where maintenance is an app of its own, in a place that only it can reach.</summary>
    public static BlobName Memory { get; } = new("maintenance/memory");

    /// <summary>The key of maintenance, in that place.</summary>
    public static BlobName MaintenanceKey { get; } = new("maintenance/key");

    /// <summary>The record that a backup must be kept.</summary>
    public static BlobName Hold(BackupId id) => new(Holds + id);

    /// <summary>The record that a person confirmed a suspect backup.</summary>
    public static BlobName Confirmed(BackupId id) => new(ConfirmedBackups + id);

    /// <summary>The name that the sealed summary of a manifest is bound to.</summary>
    public static string SummaryOf(BlobName manifest) => manifest.Value + "#summary";

    /// <summary>A run's pin.</summary>
    public static BlobName Pin(RunId id) => new(Pins + id);

    /// <summary>A record of a run.</summary>
    public static BlobName Run(RunId id, string what) => new(RunFolder(id) + what);

    /// <summary>The plan of a run.</summary>
    public static BlobName Plan(RunId id) => Run(id, "plan");

    /// <summary>Where a run's records are.</summary>
    public static string RunFolder(RunId id) => RunMonth(id.Began) + id + "/";

    /// <summary>Where the records of a month's runs are.</summary>
    public static string RunMonth(DateTimeOffset month) => Runs + month.UtcDateTime.ToString("yyyy'/'MM'/'", CultureInfo.InvariantCulture);

    /// <summary>The lease of a cluster.</summary>
    public static BlobName Lease(string cluster) => new("leases/" + ClusterSegment(cluster));

    /// <summary>The state of a cluster's schedules.</summary>
    public static BlobName Schedules(string cluster) => new("schedules/" + ClusterSegment(cluster));

    /// <summary>The index of a cluster's open runs: runs that may have left something behind.</summary>
    public static BlobName OpenRuns(string cluster) => new("open/" + ClusterSegment(cluster));

    /// <summary>The results of the last tick of a cluster's app, by role.</summary>
    public static BlobName Tick(string role, string cluster) => new($"checks/tick-{role}/{ClusterSegment(cluster)}");

    /// <summary>Which runs of a cluster were last started, by what they do.</summary>
    public static BlobName Starts(string cluster) => new("checks/starts/" + ClusterSegment(cluster));

    /// <summary>What retention remembers of a cluster.</summary>
    public static BlobName Retention(string cluster) => new(Retentions + ClusterSegment(cluster));

    /// <summary>The readable, short and unique part of a chunk list's folder: the beginning of the collection's name, the shard, a keyed hash.</summary>
    public static string Label(Sealer sealer, PartKey key)
    {
        byte[] hash = sealer.KeyedHash(KeyedHashUse.Names, Encoding.UTF8.GetBytes(key.Collection));
        return $"{Uri.EscapeDataString(CutToBytes(key.Collection, MaxLabelBytes))}~{key.ShardText}-{Convert.ToHexStringLower(hash.AsSpan(0, 4))}";
    }

    /// <summary>The id of the backup whose manifest, or record of an end, has this name; false for any other name.</summary>
    public static bool TryReadId(BlobName name, string folder, out BackupId id)
    {
        id = default;
        return name.Value.StartsWith(folder, StringComparison.Ordinal) && BackupId.TryParse(name.Value[folder.Length..], out id);
    }

    /// <summary>The backup that a chunk list is filed under; false for a name that is no chunk list's.</summary>
    public static bool TryReadListOwner(BlobName name, out BackupId owner)
    {
        owner = default;
        return name.Value.StartsWith(Lists, StringComparison.Ordinal) && BackupId.TryParse(name.Value[Lists.Length..].Split('/')[0], out owner);
    }

    /// <summary>The chunk of this name; false for a name that is no chunk's.</summary>
    public static bool TryReadChunk(BlobName name, out ChunkId id)
    {
        id = default;
        ReadOnlySpan<char> text = name.Value;
        if (text.Length != ChunkNameLength || !text.StartsWith(ChunksFolder, StringComparison.Ordinal) || text[ChunksFolder.Length + 2] != '/')
        {
            return false;
        }

        ReadOnlySpan<char> hex = text[^(2 * ChunkId.Length)..];
        return text.Slice(ChunksFolder.Length, 2).SequenceEqual(hex[..2]) && ChunkId.TryParse(hex, out id);
    }

    private static string ClusterSegment(string cluster)
    {
        string segment = Uri.EscapeDataString(cluster).Replace(".", "%2E", StringComparison.Ordinal);
        return segment.Length is > 0 and <= MaxClusterLength
            ? segment
            : throw new UsageException($"the cluster's name '{cluster}' is empty or too long", "Set Cluster:Name to a short name.");
    }

    private static string CutToBytes(string text, int maxBytes)
    {
        int bytes = 0;
        int length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > maxBytes)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }
}
