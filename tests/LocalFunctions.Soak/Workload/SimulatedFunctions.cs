using System.Globalization;
using System.Text.Json;
using LocalFunctions.Durable;
using LocalFunctions.Soak.World;
using Microsoft.DurableTask;

namespace LocalFunctions.Soak.Workload;

/// <summary>The functions of the app, as one process runs them.</summary>
internal sealed class SimulatedFunctions(SimulatedWorld world, Lane lane, Interpreter interpreter, Effects effects) : IDurableFunctions
{
    private readonly TimeProvider _time = new ProcessTime(world.Clock, lane);

    /// <inheritdoc/>
    public bool HasOrchestrator(string name) => name == Interpreter.Orchestrator;

    /// <inheritdoc/>
    public bool IsDisabled(string orchestrator) => false;

    /// <inheritdoc/>
    public bool HasActivity(string name) => name is Interpreter.Work or Interpreter.EchoBack;

    /// <inheritdoc/>
    public Task<string?> RunOrchestratorAsync(string name, TaskOrchestrationContext context, string? serializedInput) =>
        interpreter.RunAsync(context, serializedInput);

    /// <inheritdoc/>
    public async Task<string?> RunActivityAsync(string name, string instanceId, string? serializedInput, CancellationToken cancellationToken)
    {
        await DawdleAsync(cancellationToken);
        if (name == Interpreter.EchoBack)
        {
            return serializedInput;
        }

        var job = JsonSerializer.Deserialize<Job>(serializedInput!)!;
        effects.Begin(lane, instanceId, job.Activity);
        try
        {
            await DawdleAsync(cancellationToken);
            return effects.CountFailure(job)
                ? throw new InvalidOperationException($"activity {job.Activity} is told to fail")
                : Model.ResultOf(job.Activity).ToString(CultureInfo.InvariantCulture);
        }
        finally
        {
            effects.End(lane, instanceId, job.Activity);
        }
    }

    // Takes some steps, now and then some time; some activities do not listen to a stop.
    private async Task DawdleAsync(CancellationToken cancellationToken)
    {
        for (var steps = world.Chance.Next(3); steps > 0; steps--)
        {
            await Task.Yield();
        }

        if (world.Chance.OneIn(5))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(world.Chance.Next(100_000)), _time, world.Chance.OneIn(2) ? cancellationToken : CancellationToken.None);
        }
    }
}
