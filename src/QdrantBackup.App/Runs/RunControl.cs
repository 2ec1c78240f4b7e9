using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using QdrantBackup.App.Http;
using QdrantBackup.Ids;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Runs;

/// <summary>Tells a running run something. Never by force: a terminated run would leave its snapshots behind (W8).</summary>
internal static class RunControl
{
    private const string Interrupted = "interrupted";

    /// <summary>Starts a run, or answers with the one of its kind that is going on.</summary>
    public static async Task<IResult> StartUnlessRunningAsync(
        DurableTaskClient client, RunStarter starter, RunRequest run, Func<string, string> tellRunning, HttpRequest request, CancellationToken cancellationToken)
    {
        if (await starter.TryStartAsync(client, run, cancellationToken) is var (running, doesTheSame, isInterrupted))
        {
            if (isInterrupted)
            {
                return Problems.Conflict(
                    Interrupted, $"Run {running} was interrupted, and what it was to do is open", $"Cancel it, or let it go on (POST {ResumePathOf(running)}), then try again.",
                    new Dictionary<string, object?> { ["id"] = running });
            }

            return Problems.Conflict(
                "already-running", tellRunning(running), $"Wait for it (GET {starter.StatusPathOf(run.Kind, running)}) or cancel it.",
                new Dictionary<string, object?> { ["id"] = running, ["doesTheSame"] = doesTheSame });
        }

        return ApiResults.Accepted(run.RunId, starter.StatusPathOf(run.Kind, run.RunId.Value), request);
    }

    /// <summary>Asks a run to stop, or ends one that nothing carries on.</summary>
    public static async Task<IResult> CancelAsync(
        DurableTaskClient client, RunViews views, InterruptedRuns interrupted, string id, RunKind kind, HttpRequest request, CancellationToken cancellationToken)
    {
        var caller = ApiMiddleware.CallerOf(request.HttpContext);
        if (await views.FindInterruptedAsync(client, TypedIds.RunOf(id), kind, cancellationToken) is { } run)
        {
            await interrupted.EndAsync(client, run, caller, cancellationToken);
            return ApiResults.Accepted(run.RunId, views.StatusPathOf(kind, run.RunId.Value), request);
        }

        return await TellAsync(client, views, id, kind, Events.Cancel, caller, request, cancellationToken);
    }

    /// <summary>Lets a run that was interrupted go on.</summary>
    public static async Task<IResult> ResumeAsync(
        DurableTaskClient client, RunViews views, InterruptedRuns interrupted, string id, HttpRequest request, CancellationToken cancellationToken)
    {
        var runId = TypedIds.RunOf(id);
        if (await views.FindAsync(client, runId, cancellationToken) is not { } run)
        {
            return Problems.NotFound($"There is no such run: {runId}", "'qdrant-backup runs' lists them.");
        }

        if (await views.FindInterruptedAsync(client, runId, run.Kind, cancellationToken) is not { } wanted)
        {
            return Problems.Conflict("not-interrupted", $"Run {runId} was not interrupted ({run.State})", $"Read its status: 'qdrant-backup status {runId}'.");
        }

        if (await interrupted.ResumeAsync(client, wanted, ApiMiddleware.CallerOf(request.HttpContext), cancellationToken) is { } holder)
        {
            return Problems.Conflict("cluster-busy", $"Run {holder} works on this cluster", "Wait until it has ended, then resume this one.");
        }

        return ApiResults.Accepted(runId, views.StatusPathOf(run.Kind, runId.Value), request);
    }

    private static string ResumePathOf(string id) => $"/api/v1/runs/{id}/resume";

    public static async Task<IResult> TellAsync(
        DurableTaskClient client, RunViews views, string id, RunKind kind, string what, string payload, HttpRequest request, CancellationToken cancellationToken)
    {
        var runId = TypedIds.RunOf(id);
        if (await views.FindAsync(client, runId, cancellationToken) is not { } run || run.Kind != kind)
        {
            return Problems.NotFound($"No {kind.ToString().ToLowerInvariant()} run has the id {runId}", "'qdrant-backup runs' lists them.");
        }

        if (run.State == RunViews.Interrupted)
        {
            return Problems.Conflict(Interrupted, $"Run {runId} was interrupted: nothing carries it on", $"Let it go on first: 'qdrant-backup resume {runId}'.");
        }

        if (run.FinishedAt is null)
        {
            try
            {
                await client.RaiseEventAsync(run.InstanceId, what, payload, cancellationToken);
                return ApiResults.Accepted(runId, views.StatusPathOf(kind, runId.Value), request);
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.FailedPrecondition)
            {
                // It ended just now, or is gone.
            }
        }

        return Problems.Conflict("not-running", $"Run {runId} is over ({run.State})", $"Read its record: 'qdrant-backup status {runId}'.");
    }

    /// <summary>One run; null as its kind: of any kind.</summary>
    public static async Task<IResult> ShowAsync(DurableTaskClient client, RunViews views, string id, RunKind? kind, CancellationToken cancellationToken)
    {
        var runId = TypedIds.RunOf(id);
        return await views.FindAsync(client, runId, cancellationToken) is { } run && (kind is null || run.Kind == kind)
            ? ApiResults.Ok(run)
            : Problems.NotFound($"There is no such run: {runId}", "'qdrant-backup runs' lists them.");
    }
}
