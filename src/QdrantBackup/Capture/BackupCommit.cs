using System.Text.Json;
using Microsoft.Extensions.Logging;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Capture;

/// <summary>Makes a backup exist: checks every chunk, then writes the manifest once (W1, W2).</summary>
public sealed partial class BackupCommit(SealedStore store, ManifestDraft draft, RunPins pins, DamageRecords damage, CaptureOptions options, ILogger<BackupCommit> logger)
{
    // The manifest lists every part.
    private const int MaxRemarks = 20;

    private readonly ManifestDocuments _manifests = new(store);

    /// <summary>Commits the recorded parts of the run. Repeating it returns the same receipt. Throws a <see cref="SourceException"/> when no part was captured.</summary>
    public async Task<CommitReceipt> CommitAsync(RunId runId, CancellationToken cancellationToken)
    {
        store.ThrowIfReplica();
        byte[] plaintext = await DraftOnceAsync(runId, cancellationToken);
        BlobName name = BlobNames.Manifest(runId.AsBackup());
        Manifest manifest = SealedStore.ReadDocument(name.Value, plaintext, PartsJson.Default.Manifest);
        ManifestChecks.Check(name.Value, manifest);
        string hash = _manifests.HashOf(plaintext);
        if (await store.Blobs.FindAsync(name, cancellationToken) is not null)
        {
            // An earlier attempt committed, and its pin may be released by now; or the run was ended and has a marker.
            await ThrowUnlessEqualAsync(name, plaintext, cancellationToken);
            return Receipt(manifest, hash);
        }

        // The checked chunks must still be protected when the manifest is written: a run whose pin is released protects nothing (W3).
        await pins.RenewAsync(runId, cancellationToken);
        await CheckChunksAsync(manifest, cancellationToken);
        await pins.RenewAsync(runId, cancellationToken);
        string summary = _manifests.SealSummary(ManifestDocuments.Summarize(manifest, hash));
        try
        {
            // W2: written once, after all its parts. Nothing before this makes a backup; nothing after it can break one.
            await store.PutPlainAsync(name, SealedType.Manifest, plaintext, PutCondition.OnlyIfAbsent, summary, cancellationToken);
            LogCommitted(manifest.Id.Value, manifest.State, manifest.Parts.Count, manifest.Totals.Bytes, manifest.Totals.StoredBytes);
            if (manifest.Suspect is { } reason)
            {
                LogSuspect(manifest.Id.Value, manifest.Cluster.Name, reason);
            }
        }
        catch (StoreConflictException)
        {
            await ThrowUnlessEqualAsync(name, plaintext, cancellationToken);
        }

        return Receipt(manifest, hash);
    }

    /// <summary>The manifest's bytes, decided by the first attempt, so that every later one commits the same.</summary>
    private async Task<byte[]> DraftOnceAsync(RunId runId, CancellationToken cancellationToken)
    {
        BlobName name = BlobNames.Run(runId, "manifest");
        if (await store.FindPlainAsync(name, SealedType.Manifest, cancellationToken) is { } there)
        {
            return there.Value;
        }

        byte[] plaintext = JsonSerializer.SerializeToUtf8Bytes(await draft.ComposeAsync(runId, cancellationToken), PartsJson.Default.Manifest);
        try
        {
            await store.PutPlainAsync(name, SealedType.Manifest, plaintext, PutCondition.OnlyIfAbsent, summary: null, cancellationToken);
            return plaintext;
        }
        catch (StoreConflictException)
        {
            StoredDocument<byte[]> winner = await store.FindPlainAsync(name, SealedType.Manifest, cancellationToken)
                ?? throw new MissingBlobException(name, "was there and is missing now");
            return winner.Value;
        }
    }

    private async Task CheckChunksAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        // W1: every referenced chunk is present, sealed and whole when the manifest is written. Chunks noted as damaged since the plan was made are read back.
        KnownDamage known = await damage.LoadAsync(cancellationToken);
        var presence = new ChunkPresence(store, new PartReader(store, options.MaxChunksInFlight), options.MaxKnownChunks, known);
        IReadOnlyList<SuspectChunk> damaged = await presence.FindDamagedAsync(manifest.Parts, maxResults: 1, cancellationToken);
        if (damaged.Count > 0)
        {
            SuspectChunk first = damaged[0];
            throw new StoreException(
                $"backup {manifest.Id} cannot be committed: '{BlobNames.Chunk(first.Entry.Id)}', which collection '{first.Collection}' needs, is missing or damaged",
                "Something deleted or changed it while the backup ran. Start a new backup: it puts the chunk again.",
                innerException: first.Problem);
        }

        await damage.RemoveAsync(presence.Sound, cancellationToken);
    }

    private async Task ThrowUnlessEqualAsync(BlobName name, byte[] plaintext, CancellationToken cancellationToken)
    {
        StoredDocument<byte[]>? there = await store.FindPlainAsync(name, SealedType.Manifest, cancellationToken);
        if (there is not null && there.Value.AsSpan().SequenceEqual(plaintext))
        {
            return;
        }

        bool fenced = there is not null && SealedStore.ReadDocument(name.Value, there.Value, PartsJson.Default.Manifest).Aborted;
        throw new StoreConflictException(
            fenced ? $"'{name}' holds the marker of a dead run: this run was taken for dead" : $"'{name}' is there with other content",
            fenced ? "Start a new backup; this one was silent for too long and its chunks may be deleted." : "Start a new backup; nothing was overwritten.");
    }

    private static CommitReceipt Receipt(Manifest manifest, string hash) => new()
    {
        Id = manifest.Id,
        State = manifest.State,
        Suspect = manifest.Suspect,
        Finished = manifest.Finished,
        ManifestHash = hash,
        Totals = manifest.Totals,
        PartCount = manifest.Parts.Count,
        OwedProofs = manifest.Parts.Count(p => p.Proof == PartProof.Owed),
        Items = [.. manifest.Collections.Select(c => new RunItem(
            c.Name,
            c.Covered ? RunState.Complete : RunState.Failed,
            manifest.Parts.Where(p => p.Key.Collection == c.Name).Sum(p => p.Length),
            c.Missing))],
        Remarks = [.. RemarksOn([.. manifest.Collections.Where(c => c.Covered)])],
    };

    private static IEnumerable<string> RemarksOn(ManifestCollection[] covered)
    {
        foreach (ManifestCollection uncounted in covered.Where(c => c.CountProblem is not null).Take(MaxRemarks))
        {
            yield return $"'{uncounted.Name}' is in the backup, but could not be counted: {uncounted.CountProblem}";
        }

        if (covered.FirstOrDefault(c => c.AliasProblem is not null) is { } unknown)
        {
            yield return $"the aliases are not in the backup: {unknown.AliasProblem}";
        }
    }

    [LoggerMessage(EventId = 3321, Level = LogLevel.Information, Message = "Backup {Id} is committed: {State}, {Parts} parts, {Bytes} bytes read, {StoredBytes} stored")]
    private partial void LogCommitted(string id, BackupState state, int parts, long bytes, long storedBytes);

    [LoggerMessage(EventId = 3322, Level = LogLevel.Error, Message = "Backup {Id} of cluster {Cluster} is suspect: {Reason}. It counts for nothing until a person confirms it")]
    private partial void LogSuspect(string id, string cluster, string reason);
}
