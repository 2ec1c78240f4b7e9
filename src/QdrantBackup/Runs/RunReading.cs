using System.Text.Json.Serialization.Metadata;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Runs;

/// <summary>Reads the records of one run. A record that does not open hides no other: the run is shown without it.</summary>
internal sealed class RunReading(SealedStore store)
{
    private readonly ManifestDocuments _manifests = new(store);

    /// <summary>All records of a run except its request.</summary>
    public async Task<RunOverview> ReadAsync(RunRequest request, IReadOnlyList<BlobName> names, CancellationToken cancellationToken)
    {
        RunId runId = request.RunId;
        RunResult? result = names.Contains(BlobNames.Run(runId, RunRecords.Result)) ? await ReadResultAsync(request, cancellationToken) : null;
        var notes = new List<RunNote>();
        foreach (BlobName name in names.Where(n => n.Value.StartsWith(BlobNames.RunFolder(runId) + RunRecords.NotePrefix, StringComparison.Ordinal)))
        {
            if (await TryReadAsync(name, RunsJson.Default.RunNote, cancellationToken) is { } note)
            {
                notes.Add(note);
            }
        }

        return new RunOverview(request, result, notes);
    }

    private async Task<RunResult?> ReadResultAsync(RunRequest request, CancellationToken cancellationToken)
    {
        BlobName name = BlobNames.Run(request.RunId, RunRecords.Result);
        try
        {
            return await store.GetDocumentAsync(name, SealedType.Record, RunsJson.Default.RunResult, cancellationToken);
        }
        catch (BackupException e) when (e.IsDamage)
        {
            // The run is over, or this record would not exist: for a backup the manifest shows how it ended; for other runs nothing does.
            DateTimeOffset finished = (await store.Blobs.FindAsync(name, cancellationToken))?.Modified ?? request.RequestedAt;
            return request.Kind == RunKind.Backup && await FindManifestAsync(request.RunId.AsBackup(), cancellationToken) is { } manifest
                ? ResultOf(request.RunId, manifest, finished, e)
                : new RunResult
                {
                    RunId = request.RunId,
                    State = RunState.Failed,
                    Finished = finished,
                    Error = $"The record of how this run ended cannot be read: {e.Message}",
                    Hint = "The run is over. Look for its id in the app's log, or start it again; no other run needs this record.",
                };
        }
    }

    private async Task<Manifest?> FindManifestAsync(BackupId id, CancellationToken cancellationToken)
    {
        try
        {
            return await _manifests.FindAsync(id, cancellationToken) is { Manifest: { Aborted: false } manifest } ? manifest : null;
        }
        catch (BackupException e) when (e.IsDamage)
        {
            return null;
        }
    }

    private static RunResult ResultOf(RunId runId, Manifest manifest, DateTimeOffset finished, BackupException damage) => new()
    {
        RunId = runId,
        State = manifest.State == BackupState.Complete ? RunState.Complete : RunState.Partial,
        Finished = finished,
        BackupId = manifest.Id,
        Totals = manifest.Totals,
        Remarks = [$"the record of how this run ended cannot be read, so this is what the backup's manifest shows: {damage.Message}"],
    };

    private async Task<T?> TryReadAsync<T>(BlobName name, JsonTypeInfo<T> json, CancellationToken cancellationToken)
        where T : class => await store.TryGetRecordAsync(name, json, cancellationToken);
}
