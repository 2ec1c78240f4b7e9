using System.CommandLine;
using LocalFunctions.Hosting;
using QdrantBackup.Cli.Output;
using QdrantBackup.Cli.Verbs;
using QdrantBackup.Cli.Verbs.Keys;
using QdrantBackup.Configuration;

namespace QdrantBackup.Cli;

/// <summary><c>qdrant-backup</c>: one verb a file; errors as two lines, what failed and what to do.</summary>
internal static class CommandLine
{
    public static ParseResult Parse(IReadOnlyList<string> args)
    {
        using var none = new Interruption(TextWriter.Null, _ => { });
        return Parse(args, none);
    }

    public static async Task<int> RunAsync(string[] args, TextWriter standardOutput, TextWriter standardError)
    {
        await using var output = new SafeWriter(standardOutput, isForErrors: false);
        await using var error = new SafeWriter(standardError, isForErrors: true);
        using var interruption = new Interruption(error, Environment.Exit);
        var parsed = Parse(args, interruption);
        if (WrongWords.In(parsed, args) is { Count: > 0 } problems)
        {
            foreach (var problem in problems)
            {
                await error.WriteLineAsync($"error: {problem}");
            }

            await error.WriteLineAsync("hint:  qdrant-backup --help lists the commands, qdrant-backup COMMAND --help its options.");
            return ExitCode.Usage;
        }

        try
        {
            if (parsed.CommandResult.Command.Name != ServeVerb.Name)
            {
                // The host of a server hears them itself.
                interruption.Listen();
            }

            var invocation = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            var code = await parsed.InvokeAsync(invocation, interruption.Token);
            return interruption.IsAsked ? ExitCode.Interrupted : code;
        }
        catch (Exception) when (interruption.IsAsked)
        {
            // Whatever was under way was cut off by that.
            await error.WriteLineAsync("cancelled");
            return ExitCode.Interrupted;
        }
        catch (Exception failure) when (failure is BackupException or FunctionsStartupException or HttpRequestException or IOException or UnauthorizedAccessException or OperationCanceledException or TimeoutException)
        {
            await WriteFailureAsync(failure, error);
            return ExitCode.Of(failure);
        }
        catch (Exception fault)
        {
            // Not by the runtime, which would write it as it came.
            await error.WriteLineAsync($"error: an unexpected {fault.GetType().Name}: {fault.Message}");
            await error.WriteLineAsync("hint:  This is a fault of the program. Report it with the lines below.");
            await error.WriteAsync($"{fault.StackTrace}\n");
            return ExitCode.Failed;
        }
    }

    private static ParseResult Parse(IReadOnlyList<string> args, Interruption interruption) => Root(new GlobalOptions(interruption)).Parse(args, WrongWords.Reading);

    private static RootCommand Root(GlobalOptions options)
    {
        var root = new RootCommand("Backs up and restores Qdrant vector databases.")
        {
            BackupVerb.Create(options),
            ListVerb.Create(options),
            ShowVerb.Create(options),
            StatusVerb.Create(options),
            RunsVerb.Create(options),
            CancelVerb.Create(options),
            ResumeVerb.Create(options),
            RestoreVerb.Create(options),
            VerifyVerb.Create(options),
            CleanupVerb.Create(options),
            HoldVerb.Create(options),
            ReleaseVerb.Create(options),
            ConfirmVerb.Create(options),
            DeleteVerb.Create(options),
            UndeleteVerb.Create(options),
            RepairVerb.Create(options),
            CopyVerb.Create(options),
            UsageVerb.Create(options),
            KeyVerb.Create(options),
            ConfigVerb.Create(options),
            ServeVerb.Create(options),
        };
        options.AddTo(root);
        return root;
    }

    private static async Task WriteFailureAsync(Exception failure, TextWriter error)
    {
        var (message, hint) = failure switch
        {
            BackupException known => (known.Message, known.Hint),
            OperationCanceledException { InnerException: TimeoutException } or TimeoutException => (
                "something did not answer in time", "Check the server, the store and what is between here and there, then try again."),
            OperationCanceledException => ("something was cut off", "Try again; 'qdrant-backup runs' shows whether a run was started."),
            StateInUseException => (failure.Message, "Nothing was started. Wait until that process has ended, or stop it; --state-dir names another place for the state."),
            FunctionsStartupException => (failure.Message, "Nothing was started. A running server is found automatically; --state-dir names another place for the state."),
            HttpRequestException => (failure.Message, "Is the server running, and is --server its address?"),
            _ => (failure.Message, "Check the path and its permissions."),
        };

        // Only a list of what is wrong with the configuration has several lines, each of which was made harmless.
        await error.WriteAsync($"error: {(failure is ConfigurationException ? message : SafeText.Line(message))}\n");
        await error.WriteLineAsync($"hint:  {hint}");
    }
}
