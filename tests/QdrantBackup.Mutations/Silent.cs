using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace QdrantBackup.Mutations;

/// <summary>A log that nobody reads: thousands of damages are met on purpose.</summary>
internal static class Silent<T>
{
    public static ILogger<T> Log { get; } = NullLogger<T>.Instance;
}
