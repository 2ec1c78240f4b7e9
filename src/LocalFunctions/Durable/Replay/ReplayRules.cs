using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Shims;

namespace LocalFunctions.Durable.Replay;

/// <summary>What holds for all replays of a program. A dispatcher makes one, and with it what the official packages need only once.</summary>
/// <param name="DefaultVersion">The version of sub-orchestrations that are given none.</param>
/// <param name="MaxActionsPerTurn">How many actions an orchestrator may schedule in one turn.</param>
internal sealed record ReplayRules(string? DefaultVersion = null, int MaxActionsPerTurn = ReplayRules.DefaultMaxActionsPerTurn)
{
    /// <summary>The official default of <c>maxOrchestrationActions</c>.</summary>
    public const int DefaultMaxActionsPerTurn = 100_000;

    private ShimsOf? _shims;

    /// <summary>Why a turn with too many actions fails.</summary>
    public string TooManyActions =>
        $"The orchestrator scheduled more than {MaxActionsPerTurn} actions without awaiting any. "
        + "Await them in between, or raise extensions.durableTask.maxOrchestrationActions in host.json.";

    /// <summary>What puts an orchestrator on the official executor. It is made once and used by all replays, also at the same time.</summary>
    public DurableTaskShimFactory Shims(DataConverter payloads)
    {
        if (_shims is { } made && made.Payloads == payloads)
        {
            return made.Factory;
        }

        var worker = new DurableTaskWorkerOptions
        {
            DataConverter = payloads,
            EnableEntitySupport = true, // Instance ids that start with '@' are refused.
            Versioning = new DurableTaskWorkerOptions.VersioningOptions { DefaultVersion = DefaultVersion ?? "" },
        };
        var factory = new DurableTaskShimFactory(worker);
        _shims = new ShimsOf(payloads, factory);
        return factory;
    }

    private sealed record ShimsOf(DataConverter Payloads, DurableTaskShimFactory Factory);
}
