using System.Text;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Capture;

/// <summary>A snapshot that a run began on a node and whose name it knows; a sealed record of the run.</summary>
public sealed record MadeSnapshot
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The run that began it.</summary>
    public required RunId RunId { get; init; }

    /// <summary>Where it lies and which part it is a snapshot of.</summary>
    public required PartKey Key { get; init; }

    /// <summary>Its name on the node.</summary>
    public required string Name { get; init; }

    /// <summary>Which attempt at the part it is of, from 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>What the node showed before it was begun; null in records of an earlier version, which prove nothing.</summary>
    public SnapshotsBefore? Before { get; init; }

    /// <summary>Whether the node gave its name as the answer to our request.</summary>
    public bool IsNamed { get; init; }

    /// <summary>Whose it is. Only one that is proven ours is ever deleted.</summary>
    public SnapshotOwner Owner { get; init; }

    /// <summary>Whether it was deleted there.</summary>
    public bool Deleted { get; init; }
}

/// <summary>A run is about to begin a snapshot; a sealed record of the run. Until the run has noted the snapshot's name, only this is known of it.</summary>
public sealed record BegunSnapshot
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The run that begins it.</summary>
    public required RunId RunId { get; init; }

    /// <summary>Where it will lie and which part it is a snapshot of.</summary>
    public required PartKey Key { get; init; }

    /// <summary>The names that the node listed before.</summary>
    public required IReadOnlyList<string> Before { get; init; }

    /// <summary>What else it showed; null in records of an earlier version.</summary>
    public SnapshotsBefore? Shown { get; init; }

    /// <summary>Which attempt at the part begins it, from 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Whether it is known that no snapshot will come of it: the node refused, never got the request, or was restarted.</summary>
    public bool IsOver { get; init; }

    /// <summary>Everything that the node showed before.</summary>
    internal SnapshotsBefore ShownBefore => Shown ?? new SnapshotsBefore(Before);
}

/// <summary>A snapshot that stays on a node.</summary>
/// <param name="Why">What it is and why it stays.</param>
/// <param name="Hint">What a person may do.</param>
public sealed record KeptSnapshot(string Why, string Hint);

/// <summary>What a run may have left on nodes.</summary>
/// <param name="Made">Snapshots that it made and that are not known to be deleted.</param>
/// <param name="Unnamed">Snapshots that it was about to begin and noted no name of.</param>
/// <param name="Damaged">The names of its records that do not open: which snapshots they named is not known.</param>
public sealed record LeftSnapshots(IReadOnlyList<MadeSnapshot> Made, IReadOnlyList<BegunSnapshot> Unnamed, IReadOnlyList<string> Damaged)
{
    /// <summary>Whether nothing is left.</summary>
    public bool IsNothing => Made.Count == 0 && Unnamed.Count == 0 && Damaged.Count == 0;
}

/// <summary>
/// Which snapshots runs began. The intent to begin one is noted before the request is sent, so that a run that never learns the name leaves a trace too (W8); what is noted is deleted
/// only when it is proven to be ours.
/// </summary>
public sealed class MadeSnapshots(SealedStore store, NodeSnapshots nodes)
{
    private const string MadePrefix = "made-";
    private const string BegunPrefix = "begun-";
    private const int ReadsAtOnce = 16;

    /// <summary>Whether a record of a run, judged by the last part of its name, is about a snapshot.</summary>
    internal static bool IsRecord(string what) => what.StartsWith(MadePrefix, StringComparison.Ordinal) || what.StartsWith(BegunPrefix, StringComparison.Ordinal);

    /// <summary>Notes that a snapshot is about to be begun. False if that was noted before: then the request may have been sent already, and must not be sent again.</summary>
    public async Task<bool> NoteBegunAsync(BegunSnapshot begun, CancellationToken cancellationToken)
    {
        try
        {
            await PutAsync(begun, PutCondition.OnlyIfAbsent, cancellationToken);
            return true;
        }
        catch (StoreConflictException)
        {
            return false;
        }
    }

    /// <summary>Notes that nothing will come of it.</summary>
    public Task NoteOverAsync(BegunSnapshot begun, CancellationToken cancellationToken) => PutAsync(begun with { IsOver = true }, PutCondition.Always, cancellationToken);

    /// <summary>Notes a snapshot, which is then known to the sweep. Repeating it is harmless.</summary>
    public async Task<MadeSnapshot> NoteAsync(MadeSnapshot made, CancellationToken cancellationToken)
    {
        await PutAsync(made, cancellationToken);
        return made;
    }

    /// <summary>Judges a snapshot that is not judged yet, and notes that.</summary>
    public async Task<MadeSnapshot> JudgeAsync(MadeSnapshot made, TimeSpan longest, CancellationToken cancellationToken)
    {
        if (made is not { Owner: SnapshotOwner.Unknown, Before: { } before }
            || await nodes.JudgeAsync(made.Key, made.Name, made.IsNamed, before, longest, cancellationToken) is not { } owner || owner == SnapshotOwner.Unknown)
        {
            return made;
        }

        made = made with { Owner = owner };
        await PutAsync(made, cancellationToken);
        return made;
    }

    /// <summary>Deletes a snapshot on its node if it is proven ours, and notes that. A missing snapshot counts as deleted. Null, or what stays.</summary>
    public async Task<KeptSnapshot?> DeleteAsync(MadeSnapshot made, TimeSpan longest, CancellationToken cancellationToken)
    {
        var isListed = await nodes.IsListedAsync(made.Key, made.Name, cancellationToken);
        if (isListed is null)
        {
            await PutAsync(made with { Deleted = true }, cancellationToken);
            return new(
                $"collection '{made.Key.Collection}' was dropped, and the file of its snapshot {made.Name} stays on the disk of {made.Key.Node}",
                "Delete the file in that node's snapshots directory; Qdrant lists it only while a collection of that name exists.");
        }

        if (isListed.Value && (made = await JudgeAsync(made, longest, cancellationToken)).Owner != SnapshotOwner.Us)
        {
            return new(
                $"snapshot {made.Name} of '{made.Key.Collection}' stays on {made.Key.Node}: it may be another tool's",
                $"If no other tool made it, delete it: curl -X DELETE '{made.Key.Node}/collections/{Uri.EscapeDataString(made.Key.Collection)}/snapshots/{Uri.EscapeDataString(made.Name)}'.");
        }

        if (isListed.Value)
        {
            await nodes.DeleteAsync(made.Key, made.Name, cancellationToken);
        }

        await PutAsync(made with { Deleted = true }, cancellationToken);
        return null;
    }

    /// <summary>Snapshots of a run that are not known to be deleted.</summary>
    public async Task<LeftSnapshots> ListLeftAsync(RunId runId, CancellationToken cancellationToken)
    {
        var damaged = new List<string>();
        MadeSnapshot[] made = await ReadAllAsync(runId, MadePrefix, MadeSnapshotJson.Default.MadeSnapshot, damaged, cancellationToken);
        BegunSnapshot[] begun = await ReadAllAsync(runId, BegunPrefix, MadeSnapshotJson.Default.BegunSnapshot, damaged, cancellationToken);
        var named = made.Select(m => (m.Key, m.Attempt)).ToHashSet();
        return new LeftSnapshots([.. made.Where(m => !m.Deleted)], [.. begun.Where(b => !b.IsOver && !named.Contains((b.Key, b.Attempt)))], damaged);
    }

    /// <summary>
    /// Snapshots that may be the one that was begun, and belong to no open run. Null when the collection no longer exists, and its snapshots with it.
    /// </summary>
    public async Task<IReadOnlyList<string>?> FindCandidatesAsync(BegunSnapshot begun, IReadOnlyList<OpenRun> open, CancellationToken cancellationToken)
    {
        if (await nodes.FindSinceAsync(begun.Key, begun.ShownBefore, cancellationToken) is not { } listed)
        {
            return null;
        }

        var candidates = new List<string>();
        foreach (string name in listed.Select(s => s.Name))
        {
            bool isKnown = false;
            foreach (RunId runId in open.Where(r => r.Kind == RunKind.Backup).Select(r => r.RunId).Append(begun.RunId))
            {
                isKnown = isKnown || await IsOfAsync(runId, begun.Key, name, cancellationToken);
            }

            if (!isKnown)
            {
                candidates.Add(name);
            }
        }

        return candidates;
    }

    /// <summary>Notes the one candidate as what was begun, if it is proven ours; null otherwise.</summary>
    public async Task<MadeSnapshot?> ClaimAsync(BegunSnapshot begun, string name, CancellationToken cancellationToken)
    {
        if (await nodes.JudgeAsync(begun.Key, name, isNamed: false, begun.ShownBefore, longest: TimeSpan.Zero, cancellationToken) != SnapshotOwner.Us)
        {
            return null;
        }

        return await NoteAsync(
            new MadeSnapshot { RunId = begun.RunId, Key = begun.Key, Name = name, Attempt = begun.Attempt, Before = begun.ShownBefore, Owner = SnapshotOwner.Us }, cancellationToken);
    }

    private async Task<bool> IsOfAsync(RunId runId, PartKey key, string name, CancellationToken cancellationToken) =>
        await store.Blobs.FindAsync(NameOf(runId, MadePrefix, [key.Node, key.Collection, name]), cancellationToken) is not null;

    private async Task<T[]> ReadAllAsync<T>(RunId runId, string prefix, JsonTypeInfo<T> json, List<string> damaged, CancellationToken cancellationToken)
        where T : class
    {
        var names = new List<BlobName>();
        await foreach (BlobEntry entry in store.Blobs.ListAsync(BlobNames.RunFolder(runId) + prefix, cancellationToken))
        {
            names.Add(entry.Name);
        }

        var read = new T?[names.Count];
        var how = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, names.Count), how, async (i, cancel) =>
        {
            try
            {
                read[i] = await store.GetDocumentAsync(names[i], SealedType.Record, json, cancel);
            }
            catch (BackupException e) when (e.IsDamage)
            {
                lock (damaged)
                {
                    damaged.Add(names[i].Value);
                }
            }
        });
        damaged.Sort(StringComparer.Ordinal);
        return [.. read.OfType<T>()];
    }

    private Task<BlobEntry> PutAsync(BegunSnapshot begun, PutCondition condition, CancellationToken cancellationToken) => store.PutDocumentAsync(
        NameOf(begun.RunId, BegunPrefix, [begun.Key.Node, begun.Key.Collection, $"{begun.Attempt}"]),
        SealedType.Record,
        begun,
        MadeSnapshotJson.Default.BegunSnapshot,
        condition,
        summary: null,
        cancellationToken);

    private Task<BlobEntry> PutAsync(MadeSnapshot made, CancellationToken cancellationToken) => store.PutDocumentAsync(
        NameOf(made.RunId, MadePrefix, [made.Key.Node, made.Key.Collection, made.Name]),
        SealedType.Record,
        made,
        MadeSnapshotJson.Default.MadeSnapshot,
        PutCondition.Always,
        summary: null,
        cancellationToken);

    private BlobName NameOf(RunId runId, string prefix, IEnumerable<string> what)
    {
        byte[] hash = store.Sealer.KeyedHash(KeyedHashUse.Names, Encoding.UTF8.GetBytes(string.Join('\n', what)));
        return BlobNames.Run(runId, prefix + Convert.ToHexStringLower(hash.AsSpan(0, 8)));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(MadeSnapshot))]
[JsonSerializable(typeof(BegunSnapshot))]
internal sealed partial class MadeSnapshotJson : JsonSerializerContext;
