using Microsoft.DurableTask.Client;
using QdrantBackup.App.Stores;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Runs;

/// <summary>What a feature registers of a kind of runs, so that what all runs share names no feature.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Orchestrator">The orchestrator that carries such a run out.</param>
public sealed record RunFeature(RunKind Kind, string Orchestrator)
{
    /// <summary>Where the status of such a run is served, up to its id.</summary>
    public string StatusPath { get; init; } = "/api/v1/runs/";

    /// <summary>What stands before the run's id in the instance id of one that a person asked for.</summary>
    public string ManualPrefix { get; init; } = "";

    /// <summary>Whether such runs take turns on the cluster.</summary>
    public bool TakesTurns { get; init; }

    /// <summary>Whether such a run works on the first store only. Any other may keep its records in the second while the first is away.</summary>
    public bool NeedsFirstStore { get; init; }

    /// <summary>Whether such a run frees disk space, so that its first record may be written into the store's reserve.</summary>
    public bool MakesRoom { get; init; }

    /// <summary>Whether such a run, begun by a command that was cut off, goes on only when a person asks for that: it replaces what people work with.</summary>
    public bool ContinuesWhenAsked { get; init; }

    /// <summary>Whether a run that a person asks for is refused while any other of its kind goes on. If not, only one that does the same work refuses it.</summary>
    public bool OneAtATime { get; init; } = true;

    /// <summary>What a run does, as far as two may not do it at once.</summary>
    internal Func<RunRequest, string> WorkOf { get; init; } = request => request.Kind.ToString().ToLowerInvariant();

    /// <summary>Whether a run needs what it pins kept in the second store too.</summary>
    internal Func<RunRequest, bool> ReachesSecond { get; init; } = _ => false;

    /// <summary>Whether a run that goes on (the first) does what another was asked for (the second).</summary>
    internal Func<RunRequest, RunRequest, bool> Covers { get; init; } = (_, _) => false;

    /// <summary>The name of what a child instance of such a run carries, if it is one that shows progress of its own.</summary>
    internal Func<OrchestrationMetadata, string?>? CarriedBy { get; init; }

    /// <summary>Adds to the view of a run what only this feature knows.</summary>
    internal Func<OpenedStore, RunOverview, RunView, CancellationToken, Task<RunView>> Complete { get; init; } = (_, _, view, _) => Task.FromResult(view);

    /// <summary>The result of a run that did its work and did not live to record that; null when it did not do it.</summary>
    internal Func<OpenedStore, OpenRun, CancellationToken, Task<RunResult?>> FindUnrecorded { get; init; } = (_, _, _) => Task.FromResult<RunResult?>(null);
}

/// <summary>The kinds of runs of this app.</summary>
public sealed class RunFeatures(IEnumerable<RunFeature> features)
{
    private readonly Dictionary<RunKind, RunFeature> _features = features.ToDictionary(f => f.Kind);

    /// <summary>What is registered of a kind.</summary>
    public RunFeature Of(RunKind kind) => _features.TryGetValue(kind, out var feature)
        ? feature
        : throw new RefusedException($"this version of the app has no runs of the kind {kind}", "Use the version of the app that started the run.");

    /// <summary>The kind whose runs an orchestrator carries out; null if it carries out none.</summary>
    public RunFeature? OfOrchestrator(string orchestrator) =>
        _features.Values.FirstOrDefault(feature => string.Equals(feature.Orchestrator, orchestrator, StringComparison.OrdinalIgnoreCase));

    /// <summary>Where a run keeps what it needs: where its records are, and in the other store if it reads or writes there.</summary>
    internal async Task<IReadOnlyList<RunFences>> FencesOfAsync(OpenedStore opened, RunRequest request, CancellationToken cancellationToken) =>
        Of(request.Kind).ReachesSecond(request) && await opened.SecondFencesAsync(cancellationToken) is { } second ? [opened.Fences, second] : [opened.Fences];
}
