using Microsoft.Extensions.Logging;

namespace LocalFunctions.Hosting.Management;

internal static partial class ManagementLog
{
    [LoggerMessage(2301, LogLevel.Error, "The durable management API failed at {Path}.")]
    public static partial void Failed(ILogger logger, string path, Exception failure);
}
