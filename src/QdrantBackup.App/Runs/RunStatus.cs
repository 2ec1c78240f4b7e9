using System.Text.Json.Serialization;
using QdrantBackup.Catalog;

namespace QdrantBackup.App.Runs;

/// <summary>What a run shows of itself while it goes on: its custom status, under 16 KB, made to be read in a portal.</summary>
/// <param name="State">running, waiting, cancelling, complete, partial, failed, cancelled.</param>
/// <param name="Step">The step it is at, in a few words.</param>
/// <param name="Steps">Every step, in order.</param>
/// <param name="Parts">Parts done and to do.</param>
/// <param name="Bytes">Bytes done and to do, the latter an estimate until each snapshot is made.</param>
/// <param name="Percent">How far it is, by bytes; of a run that is over 100 if it is complete, else null.</param>
/// <param name="Current">What it works on now, at most ten.</param>
/// <param name="Errors">What went wrong so far, at most eight; the result record has all.</param>
/// <param name="Committed">The backup that it made, as soon as that is one.</param>
public sealed record RunStatus(
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("step")] string Step,
    [property: JsonPropertyName("steps")] IReadOnlyList<StepStatus> Steps,
    [property: JsonPropertyName("parts")] Progress Parts,
    [property: JsonPropertyName("bytes")] Progress Bytes,
    [property: JsonPropertyName("percent")] double? Percent,
    [property: JsonPropertyName("current")] IReadOnlyList<string> Current,
    [property: JsonPropertyName("errors")] IReadOnlyList<RunError> Errors,
    [property: JsonPropertyName("committed")] SeenBackup? Committed = null);

/// <summary>One line of a run's checklist.</summary>
/// <param name="Name">What the step does.</param>
/// <param name="State">pending, running, done, partial, failed, cancelled or skipped; never pending or running when the run is over.</param>
public sealed record StepStatus(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("state")] string State);

/// <summary>So many of so many.</summary>
/// <param name="Done">Finished.</param>
/// <param name="Total">All of them.</param>
public readonly record struct Progress(
    [property: JsonPropertyName("done")] long Done,
    [property: JsonPropertyName("total")] long Total)
{
    /// <summary>Both counts of two added.</summary>
    public static Progress operator +(Progress a, Progress b) => new(a.Done + b.Done, a.Total + b.Total);

    /// <summary>Both counts of two added.</summary>
    public static Progress Add(Progress left, Progress right) => left + right;
}
