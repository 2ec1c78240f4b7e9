using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using QdrantBackup.App.Copies;
using QdrantBackup.App.Http;
using QdrantBackup.App.Retention;
using QdrantBackup.App.Stores;
using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Backups;

/// <summary>Tells which backups exist.</summary>
public sealed class CatalogApi(PerStore<BackupServices> backups, PerStore<RetentionServices> retention, PerStore<CopyServices> copies)
{
    private const int DefaultTop = 50;
    private const int RecordsAtOnce = 8;

    /// <summary>A page of the catalog, newest first.</summary>
    [Function(nameof(ListBackups))]
    public async Task<IResult> ListBackups(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/v1/backups")] HttpRequest request, CancellationToken cancellationToken)
    {
        var query = new Query(request);
        var top = query.Top(DefaultTop);
        var after = query.Text("continuation") is { } continuation ? TypedIds.BackupOf(continuation).Value : null;
        var label = query.Text("label")?.Split('=', 2);
        var filter = new CatalogFilter
        {
            Cluster = query.Text("cluster"),
            Collection = query.Text("collection"),
            State = query.Choice<BackupState>("state"),
            From = query.Time("from"),
            To = query.Time("to"),
        };
        var opened = (await backups.OpenReadableAsync(cancellationToken)).Opened;
        var page = new List<CatalogEntry>();
        string? next = null;
        var entries = await (after is null ? opened.Catalog.ListAsync(filter, cancellationToken) : opened.Catalog.ListOnAsync(filter, cancellationToken));
        foreach (var entry in entries)
        {
            if ((after is not null && string.CompareOrdinal(entry.Id.Value, after) >= 0)
                || (label is not null && !await HasLabelAsync(opened.Catalog, entry, label, cancellationToken)))
            {
                continue;
            }

            if (page.Count == top)
            {
                next = page[^1].Id.Value;
                break;
            }

            page.Add(entry);
        }

        return ApiResults.Ok(new { Backups = await ViewsAsync(opened, page, cancellationToken), Continuation = next, StoreAway = opened.StandsInFor?.Message });
    }

    /// <summary>One backup: its manifest without the chunk lists.</summary>
    [Function(nameof(ShowBackup))]
    public async Task<IResult> ShowBackup(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/v1/backups/{id}")] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        var backup = TypedIds.BackupOf(id);
        var opened = (await backups.OpenReadableAsync(cancellationToken)).Opened;
        if (await opened.Store.Blobs.FindAsync(BlobNames.Manifest(backup), cancellationToken) is null)
        {
            return Problems.NotFound($"There is no backup {backup}", "'qdrant-backup list' shows those that exist.");
        }

        var shown = await opened.Catalog.ShowAsync(backup, cancellationToken);
        var json = Wording.OptionsFor(request);
        var view = JsonSerializer.SerializeToNode(shown.Manifest, json)!.AsObject();
        view["confirmed"] = shown.Confirmed is null ? null : JsonSerializer.SerializeToNode(ConfirmationView.Of(shown.Confirmed), json);
        view["doubts"] = shown.Doubts.Count == 0 ? null : JsonSerializer.SerializeToNode(shown.Doubts.Select(doubt => Wording.For(request, doubt)), json);
        return ApiResults.Ok(view);
    }

    /// <summary>Records that a person looked at a suspect backup and found it right: from then on it counts like any other.</summary>
    [Function(nameof(ConfirmBackup))]
    public async Task<IResult> ConfirmBackup(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/backups/{id}/confirm")] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        var services = await backups.OpenAsync(cancellationToken);
        return ApiResults.Ok(ConfirmationView.Of(await services.Confirmations.ConfirmAsync(TypedIds.BackupOf(id), ApiMiddleware.CallerOf(request.HttpContext), cancellationToken)));
    }

    // What was said and learnt after a backup's commit stands in records of its own: holds, and two small ones for each line of the page.
    private async Task<IReadOnlyList<BackupView>> ViewsAsync(OpenedStore opened, IReadOnlyList<CatalogEntry> page, CancellationToken cancellationToken)
    {
        var holds = await retention.On(opened).Holds.ListAsync(cancellationToken);
        var now = await opened.Store.Blobs.NowAsync(cancellationToken);
        page = await opened.Catalog.WithFindingsAsync(page, cancellationToken);
        var views = new BackupView[page.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = RecordsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, page.Count, parallel, async (i, cancellation) =>
            views[i] = BackupView.Of(page[i], holds.GetValueOrDefault(page[i].Id), now).With(
                opened.HasSecond ? await copies.On(opened).Records.FindAsync(page[i].Id, cancellation) : null));
        return views;
    }

    // Summaries do not carry labels, so looking for one opens manifests.
    private static async Task<bool> HasLabelAsync(BackupCatalog catalog, CatalogEntry entry, string[] label, CancellationToken cancellationToken) =>
        entry.Damage is null
        && (await catalog.OpenAsync(entry.Id, cancellationToken)).Labels.TryGetValue(label[0], out var value)
        && (label.Length == 1 || value == label[1]);
}
