using System.Text;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Capture;

/// <summary>A snapshot that a run made on a node; a sealed record of the run.</summary>
public sealed record MadeSnapshot
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The run that made it.</summary>
    public required RunId RunId { get; init; }

    /// <summary>Where it lies and which part it is a snapshot of.</summary>
    public required PartKey Key { get; init; }

    /// <summary>Its name on the node.</summary>
    public required string Name { get; init; }

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

    /// <summary>Which attempt at the part begins it, from 1.</summary>
    public int Attempt { get; init; } = 1;
}

/// <summary>What a run may have left on nodes.</summary>
/// <param name="Made">Snapshots that it made and that are not known to be deleted.</param>
/// <param name="Unnamed">Snapshots that it was about to begin and noted no name of.</param>
/// <param name="Damaged">The names of its records that do not open: which snapshots they named is not known.</param>
public sealed record LeftSnapshots(IReadOnlyList<MadeSnapshot> Made, IReadOnlyList<BegunSnapshot> Unnamed, IReadOnlyList<string> Damaged)
{
    /// <summary>Whether nothing is left.</summary>
    public bool IsNothing => Made.Count == 0 && Unnamed.Count == 0 && Damaged.Count == 0;
}

/// <summary>Which snapshots runs made, noted before any other step: a noted snapshot is provably ours and may be deleted (W8). The intent to begin one is noted
/// even earlier, so that a run that never learns the name leaves a trace too.
/// before it is: a run that never learns the name leaves a trace all the same.
/// </summary>
public sealed class MadeSnapshots(SealedStore store, NodeSnapshots nodes)
{
    private const string MadePrefix = "made-";
    private const string BegunPrefix = "begun-";
    private const int ReadsAtOnce = 16;

    /// <summary>Whether a record of a run, judged by the last part of its name, is about a snapshot.</summary>
    internal static bool IsRecord(string what) => what.StartsWith(MadePrefix, StringComparison.Ordinal) || what.StartsWith(BegunPrefix, StringComparison.Ordinal);

    /// <summary>Notes that a snapshot is about to be begun. Repeating it is harmless.</summary>
    public Task NoteBegunAsync(BegunSnapshot begun, CancellationToken cancellationToken) => store.PutDocumentAsync(
        NameOf(begun.RunId, BegunPrefix, [begun.Key.Node, begun.Key.Collection, $"{begun.Attempt}", .. begun.Before]),
        SealedType.Record,
        begun,
        MadeSnapshotJson.Default.BegunSnapshot,
        PutCondition.Always,
        summary: null,
        cancellationToken);

    /// <summary>Notes a snapshot. Repeating it is harmless.</summary>
    public Task NoteAsync(MadeSnapshot made, CancellationToken cancellationToken) => PutAsync(made, cancellationToken);

    /// <summary>Deletes a snapshot on its node, and notes that. A missing snapshot counts as deleted.</summary>
    public async Task DeleteAsync(MadeSnapshot made, CancellationToken cancellationToken)
    {
        await nodes.DeleteAsync(made.Key, made.Name, cancellationToken);
        await PutAsync(made with { Deleted = true }, cancellationToken);
    }

    /// <summary>Snapshots of a run that are not known to be deleted.</summary>
    public async Task<LeftSnapshots> ListLeftAsync(RunId runId, CancellationToken cancellationToken)
    {
        var damaged = new List<string>();
        MadeSnapshot[] made = await ReadAllAsync(runId, MadePrefix, MadeSnapshotJson.Default.MadeSnapshot, damaged, cancellationToken);
        BegunSnapshot[] begun = await ReadAllAsync(runId, BegunPrefix, MadeSnapshotJson.Default.BegunSnapshot, damaged, cancellationToken);
        return new LeftSnapshots([.. made.Where(m => !m.Deleted)], FindUnnamed(begun, made), damaged);
    }

    /// <summary>
    /// Snapshots that are listed now, were not listed before this one was begun, and belong to no open run. Their owner is not known, so none of them may
    /// be deleted. Null when the collection no longer exists, and its snapshots with it.
    /// </summary>
    public async Task<IReadOnlyList<string>?> FindCandidatesAsync(BegunSnapshot begun, IReadOnlyList<OpenRun> open, CancellationToken cancellationToken)
    {
        if (await nodes.FindNewIfThereAsync(begun.Key, begun.Before, cancellationToken) is not { } listed)
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

    /// <summary>Matches each named snapshot with the intent that lists the most earlier ones: a later attempt also lists what an earlier one left behind.</summary>
    private static IReadOnlyList<BegunSnapshot> FindUnnamed(BegunSnapshot[] begun, MadeSnapshot[] made)
    {
        var unused = made.ToList();
        var unnamed = new List<BegunSnapshot>();
        foreach (BegunSnapshot one in begun.OrderByDescending(b => b.Before.Count).ThenByDescending(b => b.Attempt))
        {
            int at = unused.FindIndex(m => m.Key == one.Key && !one.Before.Contains(m.Name, StringComparer.Ordinal));
            if (at < 0)
            {
                unnamed.Add(one);
            }
            else
            {
                unused.RemoveAt(at);
            }
        }

        return unnamed;
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
