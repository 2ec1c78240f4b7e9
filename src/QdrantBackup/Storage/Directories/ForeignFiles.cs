using System.Collections.Concurrent;
using LocalDisk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace QdrantBackup.Storage.Directories;

/// <summary>Names each entry that listings pass over once: links, FIFOs, sockets, devices.</summary>
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

    [LoggerMessage(2111, LogLevel.Warning, "A listing of the store passes over an entry that is no regular file and no real folder: {Entry}. Look who put it there, and take it away")]
    private static partial void LogPassedOver(ILogger logger, string entry);
}
