using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using QdrantBackup.App.Http;
using QdrantBackup.App.Stores;
using QdrantBackup.Catalog;
using QdrantBackup.Configuration;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Verification;

namespace QdrantBackup.App.Runs;

/// <summary>Tells of runs: those that go on, and those that are over.</summary>
public sealed class RunApi(StoreConnection connection, RunViews views, InterruptedRuns interrupted, TimeProvider time)
{
    private const int DefaultTop = 50;
    private static readonly TimeSpan LookBack = TimeSpan.FromDays(35);

    /// <summary>One run of whatever kind.</summary>
    [Function(nameof(ShowRun))]
    public Task<IResult> ShowRun(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/v1/runs/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => RunControl.ShowAsync(client, views, id, kind: null, cancellationToken);

    /// <summary>Runs, newest first, failed ones too.</summary>
    [Function(nameof(ListRuns))]
    public async Task<IResult> ListRuns(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/v1/runs")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var query = new Query(request);
        var kind = query.Choice<RunKind>("kind");
        var state = query.Text("state");
        var to = query.Time("to");
        var top = query.Top(DefaultTop);
        var opened = await connection.OpenReadableAsync(cancellationToken);
        var runs = new List<RunView>();
        await foreach (var run in opened.Records.ListAsync(query.Time("from") ?? time.GetUtcNow() - LookBack, cancellationToken))
        {
            if ((kind is not null && run.Request.Kind != kind) || run.Request.RequestedAt > to)
            {
                continue;
            }

            var view = run.Result is null ? await views.ViewAsync(client, opened, run, cancellationToken) : RunViews.Recorded(run);
            if (state is null || string.Equals(view.State, state, StringComparison.OrdinalIgnoreCase))
            {
                runs.Add(view with { Items = null, Steps = null });
            }

            if (runs.Count == top)
            {
                break;
            }
        }

        return ApiResults.Ok(new { Runs = runs });
    }

    /// <summary>Lets a run go on that was interrupted: the process that it was bound to has ended.</summary>
    [Function(nameof(ResumeRun))]
    public Task<IResult> ResumeRun(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/runs/{id}/resume")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => RunControl.ResumeAsync(client, views, interrupted, id, request, cancellationToken);

    /// <summary>Asks a verification, a repair or a copy to stop after the step it is at. Backups and restores have addresses of their own for that.</summary>
    [Function(nameof(CancelRun))]
    public async Task<IResult> CancelRun(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/runs/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var runId = TypedIds.RunOf(id);
        return await views.FindAsync(client, runId, cancellationToken) is { Kind: RunKind.Verify or RunKind.Repair or RunKind.Copy } run
            ? await RunControl.CancelAsync(client, views, interrupted, id, run.Kind, request, cancellationToken)
            : Problems.NotFound($"There is no verification, repair or copy {runId}", "'qdrant-backup runs' lists them; backups and restores are cancelled at their own addresses.");
    }
}
