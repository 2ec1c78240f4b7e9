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
        var connect = new Option<bool>("--connect") { Description = "Also try for real what a backup needs: ask Qdrant, open and write the store, make and delete snapshots" };
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
                var found = await session.Api.PostAsync("/api/v1/check", new { }, cancellationToken);
                var problems = found.Items("problems").ToList();
                foreach (var problem in problems)
                {
                    session.Note($"error: cannot {problem.Text("subject")}: {problem.Text("message")}");
                    session.Note($"hint:  {problem.Text("hint")}");
                }

                foreach (var warning in found.Items("warnings"))
                {
                    session.Note($"warning: {warning}");
                }

                if (session.Report.IsJson)
                {
                    session.Report.Json(found);
                }
                else if (problems.Count == 0)
                {
                    session.Report.Text($"The configuration of cluster {read.ClusterName} is right; Qdrant and the store answer, the store can be written, and snapshots can be made.");
                    session.Report.Summary(found.Member("plan") ?? default, shown => Summaries.BackupPlan(session.Report, shown));
                }

                return problems.Count == 0 ? ExitCode.Done : ExitCode.Failed;
            }, cancellationToken);
        });
        return command;
    }
}
