using System.Text.Json;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>
/// Keeps a prune between two of its steps: sealed records of its run, which no other run reads and which are deleted when it is over. A page's name holds its step and its content, so
/// that two attempts at one step (W9) never overwrite each other, and removing the pages of one step never affects those of a later one.
/// </summary>
internal sealed class PruneWorkFiles(SealedStore store)
{
    private const int IdsOfPage = 200_000;
    private const int GarbageOfPage = 20_000;
    private const int MaxAttempts = 5;

    /// <summary>The prune as the last step left it, or a new one; and what was loaded.</summary>
    public async Task<(PruneWork Work, StoredDocument<PruneState>? Found)> LoadAsync(RunId runId, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            StoredDocument<PruneState>? found = await store.FindDocumentAsync(NameOf(runId), SealedType.Record, RetentionJson.Default.PruneState, cancellationToken);
            try
            {
                return (found is null ? new PruneWork(runId) : await ReadAsync(found.Value, cancellationToken), found);
            }
            catch (MissingBlobException) when (attempt < MaxAttempts)
            {
                // Another attempt at the same step has finished meanwhile, and removed these pages.
            }
        }
    }

    /// <summary>Keeps the prune, unless another attempt at the same step did: then it is a conflict. The pages it was loaded from are removed.</summary>
    public async Task SaveAsync(PruneWork work, StoredDocument<PruneState>? loaded, CancellationToken cancellationToken)
    {
        int step = (loaded?.Value.Step ?? 0) + 1;
        var pages = new List<string>();
        foreach (PrunePage page in work.Phase == PrunePhase.Done ? [] : PrunePage.Of(work, IdsOfPage, GarbageOfPage))
        {
            byte[] plaintext = JsonSerializer.SerializeToUtf8Bytes(page, RetentionJson.Default.PrunePage);
            string hash = Convert.ToHexStringLower(store.Sealer.KeyedHash(KeyedHashUse.Names, plaintext).AsSpan(0, 8));
            pages.Add($"prune-{step:D5}-{pages.Count:D5}-{hash}");
            await store.PutPlainAsync(BlobNames.Run(work.RunId, pages[^1]), SealedType.Record, plaintext, PutCondition.Always, summary: null, cancellationToken);
        }

        PutCondition condition = loaded is null ? PutCondition.OnlyIfAbsent : PutCondition.OnlyIfMatch(loaded.Entry.ETag);
        await store.PutDocumentAsync(
            NameOf(work.RunId), SealedType.Record, PruneState.Of(work, step, pages), RetentionJson.Default.PruneState, condition, summary: null, cancellationToken);
        IEnumerable<BlobName> old = work.Phase == PrunePhase.Done
            ? await ListPagesAsync(work.RunId, cancellationToken)
            : (loaded?.Value.Pages ?? []).Select(page => BlobNames.Run(work.RunId, page));
        foreach (BlobName page in old)
        {
            await store.Blobs.DeleteAsync(page, ifMatch: null, cancellationToken);
        }
    }

    private async Task<PruneWork> ReadAsync(PruneState state, CancellationToken cancellationToken)
    {
        PruneWork work = state.ToWork();
        foreach (BlobName name in state.Pages.Select(page => BlobNames.Run(state.RunId, page)))
        {
            PrunePage read = await store.GetDocumentAsync(name, SealedType.Record, RetentionJson.Default.PrunePage, cancellationToken)
                ?? throw new MissingBlobException(name, "is missing: a prune needs it to continue");
            read.AddTo(work);
        }

        return work;
    }

    private async Task<IReadOnlyList<BlobName>> ListPagesAsync(RunId runId, CancellationToken cancellationToken)
    {
        var pages = new List<BlobName>();
        await foreach (BlobEntry entry in store.Blobs.ListAsync(NameOf(runId).Value + "-", cancellationToken))
        {
            pages.Add(entry.Name);
        }

        return pages;
    }

    private static BlobName NameOf(RunId runId) => BlobNames.Run(runId, "prune");
}
