using Microsoft.Extensions.Logging;

namespace LocalFunctions.Hosting.Http;

internal static partial class HttpLog
{
    [LoggerMessage(2101, LogLevel.Error, "HTTP function {Function} failed.")]
    public static partial void FunctionFailed(ILogger logger, string function, Exception failure);

    [LoggerMessage(2102, LogLevel.Warning, "HTTP function {Function} returned a {Type}, which is not an HTTP result: nothing of it was sent. Return IActionResult or IResult.")]
    public static partial void ResultIgnored(ILogger logger, string function, string type);
}
