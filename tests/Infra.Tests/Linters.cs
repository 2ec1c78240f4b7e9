using System.Diagnostics;
using System.Text.Json;
using QdrantBackup.Harness;

namespace Infra.Tests;

/// <summary>The linters of <c>tests/linters</c>, which run on Node.js: once, for everything that any test wants to know.</summary>
internal static class Linters
{
    // Of Azure Monitor's reference: the columns of the two tables that queries here read.
    private const string Tables = """
        let AppTraces = datatable(TimeGenerated: datetime, Message: string, SeverityLevel: int, AppRoleName: string, Properties: dynamic)[];
        let StorageBlobLogs = datatable(TimeGenerated: datetime, OperationName: string, StatusText: string, AuthenticationType: string,
            RequesterObjectId: string, CallerIpAddress: string, UserAgentHeader: string, ObjectKey: string, _ResourceId: string)[];
        """;

    private static readonly SemaphoreSlim Turn = new(1, 1);
    private static IReadOnlyList<string>? _findings;

    /// <summary>What is wrong with the files whose names are given.</summary>
    public static async Task<IReadOnlyList<string>> FindingsAsync(Templates templates, IEnumerable<string> names)
    {
        Assert.True(await Turn.WaitAsync(TimeSpan.FromMinutes(4)), "the linters did not end for another test");
        try
        {
            _findings ??= await RunAsync(
                (await QueryTests.AllAsync(templates, "production")).Concat(QueryTests.Broken).ToDictionary(),
                WorkflowTests.Files.Concat(WorkflowTests.Broken).ToDictionary());
        }
        finally
        {
            Turn.Release();
        }

        return [.. _findings.Where(f => names.Any(name => f.StartsWith(name + ":", StringComparison.Ordinal)))];
    }

    private static async Task<IReadOnlyList<string>> RunAsync(Dictionary<string, string> queries, Dictionary<string, string> workflows)
    {
        var folder = await NodePackages.EnsureAsync(Repository.Root, "linters", TestContext.Current.CancellationToken);

        // It has to lie beside the packages that it uses, and other test runs may be at it too.
        var script = Path.Combine(folder, $"lint-{Environment.ProcessId}.mjs");
        File.Copy(Repository.Path("tests", "linters", "lint.mjs"), script, overwrite: true);
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", [script]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            var output = node.StandardOutput.ReadToEndAsync();
            var errors = node.StandardError.ReadToEndAsync();
            await node.StandardInput.WriteAsync(JsonSerializer.Serialize(new { tables = Tables, queries, workflows }));
            node.StandardInput.Close();
            await node.EndAsync("the linters", TimeSpan.FromMinutes(3));
            return node.ExitCode == 0 ? JsonSerializer.Deserialize<string[]>(await output)! : throw new InvalidOperationException(await errors);
        }
        finally
        {
            File.Delete(script);
        }
    }
}
