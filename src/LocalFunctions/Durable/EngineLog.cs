using Microsoft.Extensions.Logging;

namespace LocalFunctions.Durable;

/// <summary>The log messages of the durable engine.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(1000, LogLevel.Information, "Task hub {Hub} is open: {Instances} instances and {Activities} activities continue")]
    public static partial void Opened(ILogger logger, string hub, int instances, int activities);

    [LoggerMessage(1001, LogLevel.Information, "{Orchestrator} {Instance}: {Status}")]
    public static partial void Ended(ILogger logger, string orchestrator, string instance, string status);

    [LoggerMessage(1002, LogLevel.Error, "{Orchestrator} {Instance} failed: {Failure}")]
    public static partial void Failed(ILogger logger, string orchestrator, string instance, string failure);

    [LoggerMessage(1003, LogLevel.Warning, "Activity {Activity} of {Instance} failed: {Failure}")]
    public static partial void ActivityFailed(ILogger logger, string activity, string instance, string failure);

    [LoggerMessage(1004, LogLevel.Error, "Activity {Activity} of {Instance} does not exist or is disabled")]
    public static partial void ActivityUnknown(ILogger logger, string activity, string instance);

    [LoggerMessage(1005, LogLevel.Error, "The durable database cannot be used, next try in {Seconds} s: {Problem}")]
    public static partial void StorageFails(ILogger logger, double seconds, string problem);

    [LoggerMessage(1006, LogLevel.Information, "The durable database can be used again")]
    public static partial void StorageWorks(ILogger logger);

    [LoggerMessage(1007, LogLevel.Error, "A turn of {Instance} could not be taken, next try in {Seconds} s")]
    public static partial void TurnFails(ILogger logger, Exception failure, string instance, double seconds);

    [LoggerMessage(1009, LogLevel.Error, "Activity number {Sequence} could not be processed, next try in {Seconds} s")]
    public static partial void ActivityStuck(ILogger logger, Exception failure, long sequence, double seconds);

    [LoggerMessage(1011, LogLevel.Warning, "{Orchestrator} {Instance} is left for a program that supports its version. {Mismatch}")]
    public static partial void VersionRejected(ILogger logger, string orchestrator, string instance, string mismatch);

    [LoggerMessage(1012, LogLevel.Error, "The orchestrator of {Instance} has not returned for {Seconds} s: it loops or blocks without awaiting its context. Other instances continue. Terminate it, correct its code, and restart this process.")]
    public static partial void TurnStuck(ILogger logger, string instance, double seconds);

    [LoggerMessage(1013, LogLevel.Information, "{Instances} instances of an earlier process are interrupted; they continue when they are resumed")]
    public static partial void Interrupted(ILogger logger, int instances);

    [LoggerMessage(1008, LogLevel.Warning, "{Activities} activities did not end in time; they will run again after the next start")]
    public static partial void Abandoned(ILogger logger, int activities);
}
