using Microsoft.Extensions.Logging;
using QdrantBackup.Catalog;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Verification;

/// <summary>
/// Runs the items of a verification: verifies, repairs if that was asked for, and records damaged blobs. Repeating an item is harmless.
/// </summary>
public sealed partial class ItemVerifier(
    VerifyPlans plans, StoreAccess on, DamageTrace trace, CaptureOptions options, TimeProvider time, ILogger<ItemVerifier> logger)
{
    // Asking the other store takes a read per blob; beyond this number, a repair finds out.
    private const int MaxAsked = 100;

    /// <summary>Verifies one item, or as much of a stretch of chunks as there is time for.</summary>
    public async Task<ItemReceipt> VerifyAsync(VerifyStep step, CancellationToken cancellationToken)
    {
        VerifyPlan plan = await plans.ReadAsync(step.RunId, cancellationToken);
        (ItemReceipt receipt, DamageLog found, IEnumerable<ChunkId> sound) = await LookAsync(step, cancellationToken);
        await on.Damage.RemoveAsync(sound, cancellationToken);
        if (found.Count == 0)
        {
            return receipt;
        }

        IReadOnlyList<Damage> damages = await AskOtherAsync(found.Damages, plan.Request.Repair, cancellationToken);
        int mended = damages.Count(d => d.IsMended);
        if (mended == found.Count && step.Item.Ids is null)
        {
            // Repaired bytes were not part of the hash, so the item is verified once more.
            (receipt, DamageLog left, sound) = await LookAsync(step, cancellationToken);
            damages = [.. damages, .. left.Damages];
            await on.Damage.RemoveAsync(sound, cancellationToken);
        }

        await on.Damage.RemoveAsync(ChunksIn(damages.Where(d => d.IsMended)), cancellationToken);
        await on.Damage.AddAsync(ChunksIn(damages.Where(d => !d.IsMended)), step.RunId, cancellationToken);
        await trace.NoteAsync(step, new ItemDamage { Count = Math.Max(found.Count, damages.Count), Damages = damages }, cancellationToken);
        LogDamaged(step.Item.BackupId?.Value ?? on.Store.Blobs.Location, step.Item.Name, found.Count, mended, found.Damages[0].Blob);
        return receipt with { DamageCount = Math.Max(found.Count, damages.Count), MendedCount = mended };
    }

    private async Task<(ItemReceipt Receipt, DamageLog Found, IEnumerable<ChunkId> Sound)> LookAsync(VerifyStep step, CancellationToken cancellationToken)
    {
        VerifyItem item = step.Item;
        KnownDamage known = await on.Damage.LoadAsync(cancellationToken);
        if (item.Ids is { } ids && item.BackupId is null)
        {
            return Of(await new ChunkReadBack(on.Store, options, time).ReadListedAsync(ids, After(step), known, cancellationToken));
        }

        var own = new DamageLog(collection: null, DamageReport.MaxDamages);
        if (await OpenAsync(item.BackupId!.Value, own, cancellationToken) is not var (manifest, hash, second))
        {
            return (new ItemReceipt(), own, []);
        }

        if (item.Ids is { } needed)
        {
            return Of(await new ChunkReadBack(on.Store, options, time).ReadNeededAsync(manifest, needed, After(step), known, second, cancellationToken));
        }

        if (item.PartNo == 0)
        {
            if (item.Level == VerifyLevel.Restorable && RestorableCheck.ManifestProblem(manifest) is { } problem)
            {
                own.Add(BlobNames.Manifest(manifest.Id).Value, RestorableCheck.Failure(manifest, problem), isAsWritten: true);
            }

            return (new ItemReceipt(), own, []);
        }

        ManifestPart part = manifest.Parts.FirstOrDefault(p => p.PartNo == item.PartNo)
            ?? throw new UsageException($"backup {manifest.Id} has no part {item.PartNo}", "Look at what it holds with 'qdrant-backup show'.");
        PartFindings found = await new BackupVerifier(on.Store, options).VerifyPartAsync(manifest, part, item.Level, known, second, cancellationToken);
        bool pays = found.IsRebuilt && part.Proof == PartProof.Owed;
        if (pays)
        {
            await trace.Verified.PayProofAsync(manifest.Id, hash, part.PartNo, cancellationToken);
        }

        return (new ItemReceipt { Bytes = found.Bytes, Chunks = part.Totals.Chunks, PaidProof = pays }, found.Damages, found.Sound);
    }

    /// <summary>
    /// The manifest of this store; one that is damaged or missing is noted, and the other store's is used instead. A manifest that retention has deleted
    /// meanwhile is skipped.
    /// </summary>
    private async Task<(Manifest Manifest, string Hash, SecondReads? Second)?> OpenAsync(BackupId id, DamageLog found, CancellationToken cancellationToken)
    {
        SecondReads? second = on.Other?.NewReads();
        string name = BlobNames.Manifest(id).Value;
        try
        {
            (Manifest manifest, string hash) = await on.Catalog.OpenWithHashAsync(id, second, cancellationToken);
            if (second?.Replaced.GetValueOrDefault(name) is { } problem)
            {
                found.Add(name, problem);
            }

            return (manifest, hash, second);
        }
        catch (BackupException e) when (e.IsDamage || e is UsageException)
        {
            if (!await on.Catalog.IsRetiredAsync(id, cancellationToken))
            {
                found.Add(name, e);
            }

            return null;
        }
    }

    private async Task<IReadOnlyList<Damage>> AskOtherAsync(IReadOnlyList<Damage> damages, bool repair, CancellationToken cancellationToken)
    {
        if (on.Other is null || await TryOpenAsync(on.Other, cancellationToken) is not { } copy)
        {
            return damages;
        }

        var mending = new BlobMending(on.Store, copy);
        var asked = new List<Damage>(damages.Count);
        foreach (Damage found in damages)
        {
            if (found.IsAsWritten)
            {
                asked.Add(found with { CanMend = false });
                continue;
            }

            bool isMended = repair && await mending.MendAsync(found.Blob, cancellationToken);
            asked.Add(found with
            {
                IsMended = isMended,
                CanMend = isMended ? true : asked.Count < MaxAsked ? await mending.CanMendAsync(found.Blob, cancellationToken) : null,
            });
        }

        return asked;
    }

    private async Task<SealedStore?> TryOpenAsync(OtherCopy copy, CancellationToken cancellationToken)
    {
        try
        {
            return await copy.OpenAsync(cancellationToken);
        }
        catch (BackupException e)
        {
            LogOtherAway(copy.Location, e.Message);
            return null;
        }
    }

    private static (ItemReceipt Receipt, DamageLog Found, IEnumerable<ChunkId> Sound) Of(ChunkFindings found) =>
        (new ItemReceipt { Bytes = found.Bytes, Chunks = found.Chunks, After = found.After?.ToString() }, found.Damages, found.Sound);

    private static ChunkId? After(VerifyStep step) => ChunkId.TryParse(step.After, out ChunkId id) ? id : null;

    private static IEnumerable<ChunkId> ChunksIn(IEnumerable<Damage> damages)
    {
        foreach (Damage found in damages)
        {
            if (BlobNames.TryReadChunk(new BlobName(found.Blob), out ChunkId id))
            {
                yield return id;
            }
        }
    }

    [LoggerMessage(EventId = 3501, Level = LogLevel.Error, Message = "{Where}, {What}: {Count} blobs are damaged, {Mended} of them repaired, first {First}")]
    private partial void LogDamaged(string where, string what, long count, int mended, string first);

    [LoggerMessage(EventId = 3502, Level = LogLevel.Warning, Message = "The other store at {Location} cannot be read: {Reason}")]
    private partial void LogOtherAway(string location, string reason);
}
