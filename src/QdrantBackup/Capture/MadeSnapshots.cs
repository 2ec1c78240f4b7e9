using System.Text;
using System.Text.Json.Serialization;
using QdrantBackup.Manifests;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Capture;

/// <summary>A snapshot that a run made on a node; a sealed record of the run.</summary>
public sealed record MadeSnapshot
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The run that made it.</summary>
    public required RunId RunId { get; init; }

    /// <summary>What it is a snapshot of, and where it lies.</summary>
    public required PartKey Key { get; init; }

    /// <summary>Its name on the node.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it was deleted there.</summary>
    public bool Deleted { get; init; }
}

/// <summary>Which snapshots runs made, noted before anything else is done with them: what is noted here is provably ours and may be swept (W8).</summary>
public sealed class MadeSnapshots(SealedStore store, NodeSnapshots nodes)
{
    private const string Prefix = "made-";

    /// <summary>Notes a snapshot. Repeating it is harmless.</summary>
    public Task NoteAsync(MadeSnapshot made, CancellationToken cancellationToken) => PutAsync(made, cancellationToken);

    /// <summary>Deletes a snapshot on its node, and notes that. One that is gone already counts as deleted.</summary>
    public async Task DeleteAsync(MadeSnapshot made, CancellationToken cancellationToken)
    {
        await nodes.DeleteAsync(made.Key, made.Name, cancellationToken);
        await PutAsync(made with { Deleted = true }, cancellationToken);
    }

    /// <summary>The snapshots of a run that are not known to be deleted.</summary>
    public async Task<IReadOnlyList<MadeSnapshot>> ListLeftAsync(RunId runId, CancellationToken cancellationToken)
    {
        var left = new List<MadeSnapshot>();
        await foreach (var entry in store.Blobs.ListAsync(BlobNames.RunFolder(runId) + Prefix, cancellationToken))
        {
            var made = await store.GetDocumentAsync(entry.Name, SealedType.Record, MadeSnapshotJson.Default.MadeSnapshot, cancellationToken);
            if (made is { Deleted: false })
            {
                left.Add(made);
            }
        }

        return left;
    }

    private Task<BlobEntry> PutAsync(MadeSnapshot made, CancellationToken cancellationToken)
    {
        var hash = store.Sealer.KeyedHash(KeyedHashUse.Names, Encoding.UTF8.GetBytes($"{made.Key.Node}\n{made.Key.Collection}\n{made.Name}"));
        var name = BlobNames.Run(made.RunId, Prefix + Convert.ToHexStringLower(hash.AsSpan(0, 8)));
        return store.PutDocumentAsync(name, SealedType.Record, made, MadeSnapshotJson.Default.MadeSnapshot, PutCondition.Always, summary: null, cancellationToken);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MadeSnapshot))]
internal sealed partial class MadeSnapshotJson : JsonSerializerContext;
