using Microsoft.Extensions.Logging;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Replication;

/// <summary>Makes a copied backup exist: checks every list and chunk in the target, then puts the manifest, last and once (W1, W2).</summary>
public sealed partial class CopyCommit(CopyEnds ends, PartCopy parts, CaptureOptions options, ILogger<CopyCommit> logger)
{
    // How many chunks may be missing in the target before the copy fails: a base was damaged, or someone deletes chunks.
    private const int MaxMissing = 10_000;

    /// <summary>Commits a copy whose parts are all in the target. Repeating it is harmless.</summary>
    public async Task CommitAsync(RunId runId, BackupId id, CancellationToken cancellationToken)
    {
        CopyBases bases = await parts.ReadBasesAsync(runId, id, cancellationToken);
        BlobName name = BlobNames.Manifest(id);
        StoredBlob blob = await ends.Source.Blobs.GetAsync(name, SealedHeader.MaxSealedLength(SealedType.Manifest), cancellationToken)
            ?? throw new MissingBlobException(name, "is missing: the manifest of the backup that is copied");
        byte[] plaintext = ends.Source.Sealer.Open(SealedType.Manifest, name.Value, blob.Content.Span);
        if (new ManifestDocuments(ends.Source).HashOf(plaintext) != bases.ManifestHash)
        {
            throw new SealException($"the manifest of {id} is not the one that the copy began with", "It was replaced: find out by whom, then copy again.");
        }

        if (await new ManifestDocuments(ends.Target).ConditionWhereNoneAsync(id, cancellationToken) is { } condition)
        {
            // Renewed after the name was read: a cleanup that ends this run closes its pin first and then changes the blob under the name (RunFences), so the put fails.
            Manifest manifest = SealedStore.ReadDocument(name.Value, plaintext, PartsJson.Default.Manifest);
            await ends.TargetPins.RenewAsync(runId, cancellationToken);
            await CompleteAsync(manifest, cancellationToken);
            await ends.TargetPins.RenewAsync(runId, cancellationToken);
            await PutAsync(name, blob, condition, cancellationToken);
            LogCommitted(id.Value, ends.Target.Blobs.Location);
        }

        await ThrowUnlessEqualAsync(name, bases, cancellationToken);
        await ends.NoteCopiedAsync(id, bases.ManifestHash, runId, cancellationToken);
    }

    private async Task PutAsync(BlobName name, StoredBlob blob, PutCondition condition, CancellationToken cancellationToken)
    {
        try
        {
            await ends.Target.Blobs.PutAsync(name, blob.Content, condition, blob.Entry.Summary, cancellationToken);
        }
        catch (StoreConflictException)
        {
            // Another copy was faster, and its manifest is compared next; or this run was taken for dead.
        }
    }

    /// <summary>Checks that every list opens in the target and every chunk is there with its length; missing or damaged chunks are copied now.</summary>
    private async Task CompleteAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            KnownDamage known = await ends.TargetDamage.LoadAsync(cancellationToken);
            var presence = new ChunkPresence(ends.Target, new PartReader(ends.Target, options.MaxChunksInFlight), options.MaxKnownChunks, known);
            IReadOnlyList<SuspectChunk> missing = await presence.FindDamagedAsync(manifest.Parts, MaxMissing, cancellationToken);
            await ends.TargetDamage.RemoveAsync(presence.Sound, cancellationToken);
            if (missing.Count == 0)
            {
                return;
            }

            if (attempt > 1 || missing.Count == MaxMissing)
            {
                throw new StoreException(
                    $"the copy of backup {manifest.Id} cannot be committed: {missing.Count} chunks are missing or damaged in {ends.Target.Blobs.Location}, first '{BlobNames.Chunk(missing[0].Entry.Id)}'",
                    "Something deleted or changed them while they were copied. Verify the second store ('qdrant-backup verify --all --second'), then copy again.",
                    innerException: missing[0].Problem);
            }

            var copy = new ChunkCopy(ends.Source, ends.Target);
            foreach (SuspectChunk chunk in missing)
            {
                await copy.CopyAsync(chunk.Entry.Id, cancellationToken);
            }
        }
    }

    private async Task ThrowUnlessEqualAsync(BlobName name, CopyBases bases, CancellationToken cancellationToken)
    {
        (Manifest Manifest, string Hash)? there = await new ManifestDocuments(ends.Target).FindAsync(bases.BackupId, cancellationToken);
        if (there?.Hash != bases.ManifestHash)
        {
            throw new StoreConflictException(
                there is { Manifest.Aborted: true } ? $"'{name}' in {ends.Target.Blobs.Location} holds the marker of a dead run: this copy was taken for dead" : $"'{name}' in {ends.Target.Blobs.Location} is another manifest than in {ends.Source.Blobs.Location}",
                there is { Manifest.Aborted: true } ? "Copy again." : "Nothing was overwritten. Find out which of the two is right: compare both with 'qdrant-backup show'.");
        }
    }

    [LoggerMessage(EventId = 3711, Level = LogLevel.Information, Message = "Backup {Id} is copied to {Location}")]
    private partial void LogCommitted(string id, string location);
}
