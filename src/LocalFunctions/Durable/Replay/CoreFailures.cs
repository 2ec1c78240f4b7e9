using DurableTask.Core;
using Microsoft.DurableTask;

namespace LocalFunctions.Durable.Replay;

/// <summary>Failures of the official core as failures of the official client, and back; the official conversions are internal.</summary>
internal static class CoreFailures
{
    /// <summary>A failure for the core.</summary>
    public static FailureDetails ToCore(TaskFailureDetails failure) => new(
        failure.ErrorType,
        failure.ErrorMessage,
        failure.StackTrace,
        failure.InnerFailure is { } inner ? ToCore(inner) : null,
        isNonRetriable: false,
        failure.Properties);

    /// <summary>A failure from the core.</summary>
    public static TaskFailureDetails FromCore(FailureDetails failure) => new(
        failure.ErrorType,
        failure.ErrorMessage,
        failure.StackTrace,
        failure.InnerFailure is { } inner ? FromCore(inner) : null,
        failure.Properties);
}
