using LocalFunctions.Hosting;
using QdrantBackup.Cli.Connection;

namespace QdrantBackup.Cli;

/// <summary>What the process's exit code means (docs/command-line.md).</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Partial = 3;
    public const int Refused = 4;
    public const int Damaged = 5;

    /// <summary>As a shell writes it for a process that a Ctrl-C ended.</summary>
    public const int Interrupted = 130;

    /// <summary>The exit code that a failure ends with.</summary>
    public static int Of(Exception failure) => failure switch
    {
        ApiProblem problem => problem.ExitCode,
        StateInUseException => Failed,
        UsageException or MisconfiguredException or FunctionsStartupException => Usage,
        RefusedException => Refused,
        SealException => Damaged,
        _ => Failed,
    };
}
