using QdrantBackup.Manifests;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Retention;

/// <summary>Keeps a prune between two of its steps: sealed records of its run, which matter to nobody else and go when it is over.</summary>
internal sealed class PruneWorkFiles(SealedStore store)
{
    private const int IdsOfPage = 200_000;
    private const int GarbageOfPage = 20_000;

    /// <summary>The prune as the last step left it, or a new one; and the ETag of what was found.</summary>
    public async Task<(PruneWork Work, string? ETag)> LoadAsync(RunId runId, CancellationToken cancellationToken)
    {
        if (await store.FindDocumentAsync(NameOf(runId), SealedType.Record, StoreJson.Default.PruneState, cancellationToken) is not { } found)
        {
            return (new PruneWork(runId), null);
        }

        PruneState state = found.Value;
        PruneWork work = state.ToWork();
        for (int page = 0; page < state.Pages; page++)
        {
            BlobName name = PageOf(runId, state.Generation, page);
            PrunePage read = await store.GetDocumentAsync(name, SealedType.Record, StoreJson.Default.PrunePage, cancellationToken) ?? throw new MissingBlobException(name, "is missing: a prune needs it to go on");
            read.AddTo(work);
        }

        return (work, found.Entry.ETag);
    }

    /// <summary>Keeps the prune, unless another attempt at the same step did (W9): a conflict then. What earlier steps kept is removed.</summary>
    public async Task SaveAsync(PruneWork work, string? etag, CancellationToken cancellationToken)
    {
        string generation = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));
        int pages = 0;
        if (work.Phase != PrunePhase.Done)
        {
            foreach (PrunePage page in PrunePage.Of(work, IdsOfPage, GarbageOfPage))
            {
                await store.PutDocumentAsync(
                    PageOf(work.RunId, generation, pages++), SealedType.Record, page, StoreJson.Default.PrunePage, PutCondition.Always, summary: null, cancellationToken);
            }
        }

        PutCondition condition = etag is null ? PutCondition.OnlyIfAbsent : PutCondition.OnlyIfMatch(etag);
        await store.PutDocumentAsync(
            NameOf(work.RunId), SealedType.Record, PruneState.Of(work, generation, pages), StoreJson.Default.PruneState, condition, summary: null, cancellationToken);
        await RemovePagesAsync(work.RunId, generation, cancellationToken);
    }

    private async Task RemovePagesAsync(RunId runId, string generation, CancellationToken cancellationToken)
    {
        var old = new List<BlobEntry>();
        await foreach (BlobEntry entry in store.Blobs.ListAsync(NameOf(runId).Value + "-", cancellationToken))
        {
            if (!entry.Name.Value.Contains(generation, StringComparison.Ordinal))
            {
                old.Add(entry);
            }
        }

        foreach (BlobEntry entry in old)
        {
            await store.Blobs.DeleteAsync(entry.Name, entry.ETag, cancellationToken);
        }
    }

    private static BlobName NameOf(RunId runId) => BlobNames.Run(runId, "prune");

    private static BlobName PageOf(RunId runId, string generation, int page) => BlobNames.Run(runId, $"prune-{generation}-{page:D5}");
}
