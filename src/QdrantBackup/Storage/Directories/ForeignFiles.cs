using System.Collections.Concurrent;
using LocalDisk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace QdrantBackup.Storage.Directories;

/// <summary>Logs once each entry that listings skip: links, FIFOs, sockets, devices.</summary>
internal sealed partial class ForeignFiles(ILogger? logger)
{
    private const int MaxNamed = 1000;

    private readonly ILogger _logger = logger ?? NullLogger.Instance;
    private readonly ConcurrentDictionary<string, bool> _named = new(StringComparer.Ordinal);

    /// <summary>Reports one.</summary>
    public void Report(ForeignFileException foreign)
    {
        if (_named.Count < MaxNamed && _named.TryAdd(foreign.Message, true))
        {
            LogPassedOver(_logger, foreign.Message);
        }
    }

    [LoggerMessage(2111, LogLevel.Warning, "A listing of the store passes over an entry that is no regular file and no real folder: {Entry}. Find out what put it there, and remove it")]
    private static partial void LogPassedOver(ILogger logger, string entry);
}
