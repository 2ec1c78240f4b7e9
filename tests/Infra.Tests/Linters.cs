using System.Diagnostics;
using System.Text.Json;
using QdrantBackup.Harness;

namespace Infra.Tests;

/// <summary>The linters of <c>tests/linters</c>, which run on Node.js.</summary>
internal static class Linters
{
    // Of Azure Monitor's reference: the columns of the two tables that queries here read.
    private const string Tables = """
        let AppTraces = datatable(TimeGenerated: datetime, Message: string, SeverityLevel: int, AppRoleName: string, Properties: dynamic)[];
        let StorageBlobLogs = datatable(TimeGenerated: datetime, OperationName: string, StatusText: string, AuthenticationType: string,
            RequesterObjectId: string, CallerIpAddress: string, UserAgentHeader: string, ObjectKey: string, _ResourceId: string)[];
        """;

    /// <summary>What is wrong with queries and workflow files, each by its name.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(IReadOnlyDictionary<string, string> queries, IReadOnlyDictionary<string, string> workflows)
    {
        var folder = await NodePackages.EnsureAsync(Repository.Root, "linters", TestContext.Current.CancellationToken);
        var script = Path.Combine(folder, $"lint-{Environment.ProcessId}-{queries.Count}-{workflows.Count}.mjs");
        File.Copy(Repository.Path("tests", "linters", "lint.mjs"), script, overwrite: true);
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", [script]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            var output = node.StandardOutput.ReadToEndAsync();
            var errors = node.StandardError.ReadToEndAsync();
            await node.StandardInput.WriteAsync(JsonSerializer.Serialize(new { tables = Tables, queries, workflows }));
            node.StandardInput.Close();
            await node.WaitForExitAsync();
            return node.ExitCode == 0 ? JsonSerializer.Deserialize<string[]>(await output)! : throw new InvalidOperationException(await errors);
        }
        finally
        {
            File.Delete(script);
        }
    }
}
