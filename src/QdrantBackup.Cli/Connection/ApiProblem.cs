using System.Net;

namespace QdrantBackup.Cli.Connection;

/// <summary>The server answered with a problem (RFC 9457): what failed and its hint, as an error of the command.</summary>
internal sealed class ApiProblem(HttpStatusCode status, string type, string message, string hint, string? runningId = null, bool doesTheSame = false)
    : BackupException(message, HintOf(type, runningId) ?? hint)
{
    private const string Interrupted = "interrupted";

    public HttpStatusCode Status { get; } = status;

    /// <summary>The stable name of the problem, the last part of its type, e.g. <c>refused</c>.</summary>
    public string Name { get; } = type[(type.LastIndexOf(':') + 1)..];

    /// <summary>The run that is in the way, where one is.</summary>
    public string? RunningId { get; } = runningId;

    /// <summary>Whether that run does what was asked for, so that its end may be waited for instead.</summary>
    public bool DoesTheSame { get; } = doesTheSame;

    /// <summary>Whether that run was interrupted, so that waiting for it is in vain.</summary>
    public bool IsInterrupted => Name == Interrupted;

    public int ExitCode => Name switch
    {
        "refused" or Interrupted => Cli.ExitCode.Refused,
        "misconfigured" => Cli.ExitCode.Usage,
        "untrusted-bytes" => Cli.ExitCode.Damaged,
        _ when Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Cli.ExitCode.Usage,
        _ => Cli.ExitCode.Failed,
    };

    // The server's hint speaks of its addresses; a person at a terminal has commands.
    private static string? HintOf(string type, string? id) => id is null
        ? null
        : type.EndsWith(":" + Interrupted, StringComparison.Ordinal)
            ? $"Let it go on: qdrant-backup resume {id}. Or end it: qdrant-backup cancel {id}."
            : $"Look at it: qdrant-backup status {id}. Wait until it has ended, or end it: qdrant-backup cancel {id}.";
}
