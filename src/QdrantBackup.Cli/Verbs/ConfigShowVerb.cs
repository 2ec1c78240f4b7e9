using System.CommandLine;
using System.Text.Json;
using QdrantBackup.Cli.Connection;
using QdrantBackup.Cli.Output;
using QdrantBackup.Configuration;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>config show</c>: the value in effect and the origin of every key, secrets masked.</summary>
internal static class ConfigShowVerb
{
    public static Command Create(GlobalOptions options)
    {
        var command = new Command("show", "Show the value in effect and the origin of every key, secrets masked");
        command.SetAction(parsed =>
        {
            var settings = options.Read(parsed);
            var shown = ConfigurationReport.Create(LocalApp.Configuration(settings));
            var report = new Report(parsed.InvocationConfiguration.Output, settings);
            if (report.IsJson)
            {
                report.Json(JsonSerializer.SerializeToElement(shown.Entries, JsonSerializerOptions.Web));
            }
            else
            {
                report.Table([new("KEY"), new("VALUE", Wraps: true), new("ORIGIN", Drop: 1)], shown.Entries.Where(e => e.Value is not null).Select(e => (IReadOnlyList<string>)[e.Key, e.Value!, e.Origin]));
            }

            foreach (var problem in shown.Problems)
            {
                parsed.InvocationConfiguration.Error.WriteLine($"error: {problem}");
            }

            return shown.Problems.Count == 0 ? ExitCode.Done : ExitCode.Usage;
        });
        return command;
    }
}
