using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Runs;

namespace QdrantBackup.Verification;

/// <summary>The scope of a verification; a sealed document of its run. Its items are computed page by page.</summary>
public sealed record VerifyPlan
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>What was asked for.</summary>
    public required VerifyRequest Request { get; init; }

    /// <summary>The backups, oldest first.</summary>
    public required IReadOnlyList<BackupId> Backups { get; init; }

    /// <summary>Parts whose proof is owed; they are read first, with every scope.</summary>
    public IReadOnlyList<VerifyItem> Owed { get; init; } = [];

    /// <summary>About how many items there are, for progress.</summary>
    public long ItemCount { get; init; }

    /// <summary>About how many bytes they have.</summary>
    public long Bytes { get; init; }
}

/// <summary>One thing to verify: a manifest, a part, or the chunks whose ids are in a stretch.</summary>
public sealed record VerifyItem
{
    /// <summary>The backup; null: the chunks that the store lists, needed or not.</summary>
    public BackupId? BackupId { get; init; }

    /// <summary>The part's number; 0: the manifest, or chunks.</summary>
    public int PartNo { get; init; }

    /// <summary>The chunks to read back, when it is about chunks.</summary>
    public IdRange? Ids { get; init; }

    /// <summary>The level.</summary>
    public VerifyLevel Level { get; init; }

    /// <summary>Its name, for people.</summary>
    public string Name { get; init; } = "";

    /// <summary>Bytes of it, where that is known.</summary>
    public long Length { get; init; }
}

/// <summary>Where in a plan the next page begins.</summary>
/// <param name="Owed">How many of the owed parts are passed.</param>
/// <param name="Backup">How many of the backups are passed.</param>
/// <param name="Item">How many items of the next backup are passed.</param>
/// <param name="Stretch">How many stretches of chunks are passed.</param>
public sealed record VerifyCursor(int Owed = 0, int Backup = 0, int Item = 0, int Stretch = 0);

/// <summary>Some items of a plan.</summary>
/// <param name="Items">The items.</param>
/// <param name="Next">Where the next page begins; null after the last.</param>
public sealed record VerifyPage(IReadOnlyList<VerifyItem> Items, VerifyCursor? Next);
