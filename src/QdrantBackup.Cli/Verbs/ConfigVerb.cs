using System.CommandLine;
using QdrantBackup.Cli.Connection;
using QdrantBackup.Cli.Output;
using QdrantBackup.Configuration;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>config check</c>: says everything that is wrong with the configuration, before anything is started.</summary>
internal static class ConfigVerb
{
    public static Command Create(GlobalOptions options) => new("config", "The configuration") { Check(options), ConfigShowVerb.Create(options) };

    private static Command Check(GlobalOptions options)
    {
        var connect = new Option<bool>("--connect") { Description = "Also ask Qdrant and open the store" };
        var command = new Command("check", "Check the configuration; every problem is named") { connect };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = options.Read(parsed);
            var configuration = LocalApp.Configuration(settings);
            var read = BackupOptionsReader.Read(configuration);
            var output = parsed.InvocationConfiguration.Output;
            foreach (var warning in read.Warnings)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"warning: {warning}");
            }

            if (!parsed.GetValue(connect))
            {
                await output.WriteLineAsync($"The configuration of cluster {read.ClusterName} is right.");
                return ExitCode.Done;
            }

            return await Session.RunAsync(settings, parsed, async session =>
            {
                var plan = await session.Api.PostAsync("/api/v1/backup/create", new { dryRun = true }, cancellationToken);
                session.Report.Line($"The configuration of cluster {read.ClusterName} is right; Qdrant and the store answer.");
                session.Report.Summary(plan, shown => Summaries.BackupPlan(session.Report, shown));
                return ExitCode.Done;
            }, cancellationToken);
        });
        return command;
    }
}
