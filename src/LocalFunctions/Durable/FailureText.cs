using Microsoft.DurableTask;

namespace LocalFunctions.Durable;

/// <summary>The details of an app's exception, even one whose members throw: the app's code must not stop the engine.</summary>
internal static class FailureText
{
    /// <summary>The details of an exception.</summary>
    public static TaskFailureDetails Of(Exception failure)
    {
        try
        {
            return TaskFailureDetails.FromException(failure);
        }
        catch (Exception silence)
        {
            var type = failure.GetType().ToString();
            return new TaskFailureDetails(type, $"(the message of this {type} cannot be read: {silence.GetType()})", StackTrace: null, InnerFailure: null, Properties: null);
        }
    }
}
