using System.Globalization;
using LocalFunctions.Durable;
using Microsoft.DurableTask;

namespace LocalFunctions.Benchmarks;

/// <summary>Functions that do nothing but what costs the engine something. Each takes a number as input.</summary>
internal sealed class BenchmarkFunctions : IDurableFunctions
{
    /// <summary>Ends at once.</summary>
    public const string Empty = "Empty";

    /// <summary>Calls so many activities, one after the other.</summary>
    public const string Chain = "Chain";

    /// <summary>Calls so many activities at the same time.</summary>
    public const string FanOut = "FanOut";

    /// <summary>Waits for so many events.</summary>
    public const string Listen = "Listen";

    /// <summary>Calls so many activities, one after the other, and then waits for an event.</summary>
    public const string ChainThenListen = "ChainThenListen";

    private const string Activity = "Nothing";

    /// <inheritdoc/>
    public bool HasOrchestrator(string name) => name is Empty or Chain or FanOut or Listen or ChainThenListen;

    /// <inheritdoc/>
    public bool IsDisabled(string orchestrator) => false;

    /// <inheritdoc/>
    public bool HasActivity(string name) => name == Activity;

    /// <inheritdoc/>
    public async Task<string?> RunOrchestratorAsync(string name, TaskOrchestrationContext context, string? serializedInput)
    {
        var count = int.Parse(serializedInput!, CultureInfo.InvariantCulture);
        switch (name)
        {
            case Chain:
                for (var i = 0; i < count; i++)
                {
                    await context.CallActivityAsync(Activity, i);
                }

                break;
            case FanOut:
                await Task.WhenAll(Enumerable.Range(0, count).Select(i => context.CallActivityAsync(Activity, i)));
                break;
            case Listen:
                for (var i = 0; i < count; i++)
                {
                    await context.WaitForExternalEvent<int>("item");
                }

                break;
            case ChainThenListen:
                await RunOrchestratorAsync(Chain, context, serializedInput);
                context.SetCustomStatus("listens");
                await context.WaitForExternalEvent<int>("item");
                break;
            default:
                break;
        }

        return serializedInput;
    }

    /// <inheritdoc/>
    public Task<string?> RunActivityAsync(string name, string instanceId, string? serializedInput, CancellationToken cancellationToken) => Task.FromResult(serializedInput);
}
