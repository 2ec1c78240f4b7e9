using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QdrantBackup.App.Http;
using QdrantBackup.Configuration;

namespace QdrantBackup.App.Hosting;

/// <summary>Says once at start what an operator should know, and refuses to start where nobody would be kept out.</summary>
internal sealed partial class StartupNotes(BackupOptions options, AppReach reach, ILogger<StartupNotes> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var warning in options.Warnings)
        {
            LogWarning(log, warning);
        }

        if (options.ApiKeys.Count == 0)
        {
            if (!reach.FromThisMachineOnly)
            {
                throw new UsageException("No API key is configured, and this app can be reached from outside", "Configure at least one under ApiKeys: a name, the SHA-256 of the key, its scopes.");
            }

            LogNoKeys(log);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(2001, LogLevel.Warning, "Configuration: {Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);

    [LoggerMessage(2002, LogLevel.Warning, "No API key is configured: only callers on this machine are let in that can read the key in local.key of the state directory")]
    private static partial void LogNoKeys(ILogger logger);
}
