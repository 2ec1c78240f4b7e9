using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using QdrantBackup.Stores;

namespace QdrantBackup.App.Runs;

/// <summary>Turns what an activity threw into what a history may keep: message and hint of an error that was foreseen, the type's name of any other (W5).</summary>
internal sealed partial class ActivityFailures(ILogger<ActivityFailures> log)
{
    /// <summary>Runs a function; if it is an activity and fails, what is thrown is for histories.</summary>
    public async Task GuardAsync(FunctionContext context, Func<FunctionContext, Task> function)
    {
        if (!context.FunctionDefinition.InputBindings.Values.Any(b => b.Type == "activityTrigger"))
        {
            await function(context);
            return;
        }

        // An activity is a run's work, whoever's request it was that set it going.
        using var patience = Patience.Use(Patience.OfRun);
        try
        {
            await function(context);
        }
        catch (Exception e) when (e is not StepFailedException && !IsStop(e, context.CancellationToken))
        {
            LogStepFailed(log, context.FunctionDefinition.Name, e);
            throw Translate(e);
        }
    }

    // A cancellation that nobody asked for is a time that ran out somewhere below.
    internal static bool IsStop(Exception exception, CancellationToken cancellationToken) => exception is OperationCanceledException && cancellationToken.IsCancellationRequested;

    internal static StepFailedException Translate(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions: [var only] } => Translate(only),
        System.Reflection.TargetInvocationException { InnerException: { } inner } => Translate(inner),
        RefusedException e => new RefusedStepException(e.Message, e.Hint),
        BackupException e when e is SealException or MissingBlobException => new DamagedStepException(e.Message, e.Hint),
        BackupException { IsTransient: true, IsSpent: true } e => new SpentStepException(e.Message, e.Hint),
        BackupException { IsTransient: true } e => new TransientStepException(e.Message, e.Hint),
        BackupException e => new PermanentStepException(e.Message, e.Hint),
        OperationCanceledException => new TransientStepException("Something did not answer in time, and did not say what", "Look for this moment in the app's log; check Qdrant, the store and the network."),
        _ => new TransientStepException($"An unexpected error ({exception.GetType().Name})", "Read the app's log of this moment."),
    };

    [LoggerMessage(2011, LogLevel.Warning, "Step {Step} failed")]
    private static partial void LogStepFailed(ILogger logger, string step, Exception exception);
}
