using Microsoft.Extensions.Logging;

namespace LocalFunctions.Hosting;

internal static partial class RuntimeLog
{
    [LoggerMessage(2201, LogLevel.Information, "Function app started at {Addresses}, state in {Directory}.")]
    public static partial void Started(ILogger logger, string addresses, string directory);

    [LoggerMessage(2202, LogLevel.Warning, "No functions were found in {Assembly}. Give LocalFunctionsApplication.CreateBuilder the assembly that holds them.")]
    public static partial void NoFunctions(ILogger logger, string assembly);
}
