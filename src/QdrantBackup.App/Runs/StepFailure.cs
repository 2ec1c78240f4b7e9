using System.Text.Json.Serialization;
using Microsoft.DurableTask;

namespace QdrantBackup.App.Runs;

/// <summary>
/// What stands in a history when an activity failed: one line that says what happened and what to do.
/// The two parts travel in the message, because the message is all of a failure that every runtime keeps.
/// </summary>
internal abstract class StepFailedException(string message, string hint) : Exception(message + Separator + hint)
{
    public const string Separator = " | What to do: ";
}

/// <summary>The same step may succeed later without anybody changing anything.</summary>
internal sealed class TransientStepException(string message, string hint) : StepFailedException(message, hint);

/// <summary>The same may succeed later, but it has been tried again for as long as there is patience: no loop around it begins anew.</summary>
internal sealed class SpentStepException(string message, string hint) : StepFailedException(message, hint);

/// <summary>Trying again changes nothing.</summary>
internal sealed class PermanentStepException(string message, string hint) : StepFailedException(message, hint);

/// <summary>A gate refused; nothing was done.</summary>
internal sealed class RefusedStepException(string message, string hint) : StepFailedException(message, hint);

/// <summary>Bytes of the store are damaged or missing; trying again changes nothing.</summary>
internal sealed class DamagedStepException(string message, string hint) : StepFailedException(message, hint);

/// <summary>An error of a run, as its status and its record show it.</summary>
/// <param name="Message">What failed, and where.</param>
/// <param name="Hint">What to do next.</param>
/// <param name="Kind">What kind of error it is, where callers may want to tell: <see cref="Damage"/>.</param>
public sealed record RunError(
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("hint")] string Hint,
    [property: JsonPropertyName("kind"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Kind = null)
{
    /// <summary>Bytes of the store are damaged or missing; the same word names the problem of a request that met them.</summary>
    public const string Damage = "untrusted-bytes";
}

/// <summary>Reads what a failed step says.</summary>
internal static class StepFailure
{
    public static RunError ErrorOf(Exception failure)
    {
        var text = failure is TaskFailedException { FailureDetails: { } details } ? Cause(details).ErrorMessage : failure.Message;
        var kind = Is<DamagedStepException>(failure) ? RunError.Damage : null;
        var cut = text.LastIndexOf(StepFailedException.Separator, StringComparison.Ordinal);
        return cut < 0
            ? new(text, "Look for the run's id in the app's log.")
            : new(text[..cut], text[(cut + StepFailedException.Separator.Length)..], kind);
    }

    public static bool IsTransient(Exception failure) => Is<TransientStepException>(failure) || Is<SpentStepException>(failure);

    public static bool IsRefusal(Exception failure) => Is<RefusedStepException>(failure);

    private static bool Is<T>(Exception failure) =>
        failure is T || (failure is TaskFailedException { FailureDetails: { } details } && Cause(details).ErrorType == typeof(T).FullName);

    // A sub-orchestration wraps what its activity said; the innermost failure that carries advice is the cause.
    private static TaskFailureDetails Cause(TaskFailureDetails details)
    {
        var cause = details;
        for (var inner = details.InnerFailure; inner is not null; inner = inner.InnerFailure)
        {
            cause = inner.ErrorMessage.Contains(StepFailedException.Separator, StringComparison.Ordinal) ? inner : cause;
        }

        return cause;
    }
}
