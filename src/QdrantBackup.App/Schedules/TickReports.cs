using Microsoft.Extensions.Diagnostics.HealthChecks;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Schedules;

/// <summary>Tells what the ticks of this app come to, in whichever process they tick: on Azure, timers and HTTP run in different ones.</summary>
public sealed class TickReports(PerStore<ScheduleServices> stores, TickSteps steps, BackupOptions options, TimeProvider time)
{
    // Whoever asks without a key must not make the app ask the store each time, nor wait for one that is away.
    private static readonly TimeSpan KeepFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    private volatile Kept? _kept;

    /// <summary>The steps of this app's tick that fail, as far as that can be told at once.</summary>
    public async Task<IReadOnlyList<TickStep>> FindFailingAsync(CancellationToken cancellationToken) =>
        [.. (steps.Latest ?? await ReadKeptAsync(cancellationToken))?.Failing() ?? []];

    /// <summary>The steps that fail, of the apps of every role that ticks for this cluster.</summary>
    public async Task<IReadOnlyList<TickStep>> FindFailingOfAllAsync(OpenedStore opened, CancellationToken cancellationToken)
    {
        var failing = new List<TickStep>(steps.Latest?.Failing() ?? []);
        foreach (var role in Enum.GetValues<AppRole>().Where(r => steps.Latest is null || r != options.Role))
        {
            failing.AddRange((await stores.On(opened).Ticks.FindAsync(role, options.ClusterName, cancellationToken))?.Failing() ?? []);
        }

        return failing;
    }

    private async Task<TickState?> ReadKeptAsync(CancellationToken cancellationToken)
    {
        if (_kept is { } kept && time.GetElapsedTime(kept.At) < KeepFor)
        {
            return kept.State;
        }

        TickState? state = null;
        using var late = new CancellationTokenSource(AnswerTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            state = await (await stores.OpenReadableAsync(either.Token)).Ticks.FindAsync(options.Role, options.ClusterName, either.Token);
        }
        catch (Exception e) when (e is BackupException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The process lives, which is what was asked; that the store is away is told by /ready.
        }

        _kept = new Kept(time.GetTimestamp(), state);
        return state;
    }

    private sealed record Kept(long At, TickState? State);
}

/// <summary>Lets whoever watches the process by its health checks see that a step of the tick fails. It is degraded, not unhealthy: restores are still served.</summary>
internal sealed class TickHealthCheck(TickSteps steps) : IHealthCheck
{
    /// <summary>The name of the check.</summary>
    public const string Name = "tick";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var failing = steps.Latest?.Failing().Select(s => $"'{s.Name}' has failed since {s.FailingSince:u}: {s.Problem}. {s.Hint}").ToList() ?? [];
        return Task.FromResult(failing.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join(" ", failing)));
    }
}
