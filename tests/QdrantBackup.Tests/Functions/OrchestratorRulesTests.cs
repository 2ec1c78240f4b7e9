using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace QdrantBackup.Tests.Functions;

public sealed class OrchestratorRulesTests
{
    private const string Usings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private static readonly Lazy<MetadataReference[]> References = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(p => MetadataReference.CreateFromFile(p))]);

    [Fact]
    public void The_orchestrators_of_the_app_obey_the_rules_for_replayed_code()
    {
        var compilation = App();

        Assert.True(OrchestratorRules.Orchestrators(compilation).Count() >= 3, "the check found too few orchestrators to mean anything");
        Assert.Empty(OrchestratorRules.Check(compilation));
    }

    [Fact]
    public void The_orchestrators_of_the_app_call_activities_with_what_they_take_for_what_they_return()
    {
        var compilation = App();

        Assert.True(ActivityCallRules.Calls(compilation).Count() >= 20, "the check found too few calls to mean anything");
        Assert.Empty(ActivityCallRules.Check(compilation));
    }

    [Theory]
    [InlineData("DURABLE2001", "await context.CallActivityAsync<int>(\"Measure\", 1);")]
    [InlineData("DURABLE2001", "await context.CallActivityAsync<int>(\"Measure\");")]
    [InlineData("DURABLE2002", "await context.CallActivityAsync<string>(\"Measure\", \"a\");")]
    [InlineData("DURABLE2002", "await context.CallActivityAsync(\"Measure\", \"a\");")]
    [InlineData(null, "await context.CallActivityAsync<long>(\"Measure\", \"a\");")]
    public void Calls_that_do_not_fit_the_activity_are_found(string? rule, string call)
    {
        const string Measure = "} [Function(\"Measure\")] public static Task<int> Measure([ActivityTrigger] string text) { return Task.FromResult(text.Length);";

        var breaches = ActivityCallRules.Check(Compile([Parse("", call + Measure)]));

        Assert.Equal(rule is null ? [] : [rule], breaches.Select(b => b.Split(": ")[1]));
    }

    [Theory]
    [InlineData("DURABLE0001", "_ = DateTime.UtcNow; await Task.CompletedTask;")]
    [InlineData("DURABLE0001", "_ = DateTimeOffset.Now; await Task.CompletedTask;")]
    [InlineData("DURABLE0001", "_ = TimeProvider.System; await Task.CompletedTask;")]
    [InlineData("DURABLE0002", "_ = Guid.NewGuid(); await Task.CompletedTask;")]
    [InlineData("DURABLE0002", "_ = new Random(1); await Task.CompletedTask;")]
    [InlineData("DURABLE0003", "await Task.Delay(1);")]
    [InlineData("DURABLE0003", "Thread." + "Sleep(1); await Task.CompletedTask;")]
    [InlineData("DURABLE0004", "await Task.Run(() => 1);")]
    [InlineData("DURABLE0004", "await Task.CompletedTask.ContinueWith(_ => { });")]
    [InlineData("DURABLE0004", "await Task.Factory.StartNew(() => 1);")]
    [InlineData("DURABLE0005", "_ = File.Exists(\"a\"); await Task.CompletedTask;")]
    [InlineData("DURABLE0005", "using var http = new HttpClient(); await http.GetAsync(\"http://a\");")]
    [InlineData("DURABLE0005", "_ = typeof(QdrantBackup.Clusters.QdrantNodes); await Task.CompletedTask;")]
    [InlineData("DURABLE0006", "_ = Environment.MachineName; await Task.CompletedTask;")]
    [InlineData("DURABLE0010", "Log.LogInformation(\"a\"); await Task.CompletedTask;")]
    [InlineData("DURABLE0011", "while (true) { await context.CreateTimer(TimeSpan.FromSeconds(1), default); }")]
    [InlineData("DURABLE0011", "for (;;) { await context.CreateTimer(TimeSpan.FromSeconds(1), default); }")]
    [InlineData("ConfigureAwait", "await context.CallActivityAsync(\"A\").ConfigureAwait(false);")]
    [InlineData("DURABLE0001", "Deeper(); await Task.CompletedTask; } static void Deeper() { Deepest(); } static void Deepest() { _ = DateTime.Now;")]
    public void Code_that_would_not_replay_is_found(string rule, string body)
    {
        var breaches = OrchestratorRules.Check(Compile([Parse("", body)]));

        Assert.Contains(breaches, b => b.Contains($": {rule}: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("DURABLE0007", ", CancellationToken cancellationToken")]
    [InlineData("DURABLE0008", ", [DurableClient] DurableTaskClient client")]
    public void Bindings_that_an_orchestrator_may_not_have_are_found(string rule, string parameter)
    {
        var breaches = OrchestratorRules.Check(Compile([Parse(parameter, "await Task.CompletedTask;")]));

        Assert.Contains(breaches, b => b.Contains($": {rule}: ", StringComparison.Ordinal));
    }

    [Fact]
    public void Code_that_asks_only_its_context_is_accepted()
    {
        var body = """
            var log = context.CreateReplaySafeLogger("a");
            log.LogInformation("a");
            _ = context.NewGuid();
            _ = new QdrantBackup.Clusters.SnapshotDescription("a", 1, null, null);
            _ = context.CurrentUtcDateTime.AddSeconds(1);
            while (true) { context.ContinueAsNew(null); return; }
            """;

        Assert.Empty(OrchestratorRules.Check(Compile([Parse(", string input", body)])));
    }

    private static CSharpCompilation App()
    {
        var folder = Path.Combine(Repository.Root, "src", "QdrantBackup.Functions");
        var files = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(f => !Path.GetRelativePath(folder, f).Split(Path.DirectorySeparatorChar).Any(s => s is "obj" or "bin"));
        return Compile(files.Select(f => CSharpSyntaxTree.ParseText(File.ReadAllText(f), path: f)));
    }

    private static SyntaxTree Parse(string parameters, string body) => CSharpSyntaxTree.ParseText($$"""
        using Microsoft.Azure.Functions.Worker;
        using Microsoft.DurableTask;
        using Microsoft.DurableTask.Client;
        using Microsoft.Extensions.Logging;
        public class Flow
        {
            private static readonly ILogger Log = null!;
            public static async Task Run([OrchestrationTrigger] TaskOrchestrationContext context{{parameters}})
            {
                {{body}}
            }
        }
        """, path: "Flow.cs");

    private static CSharpCompilation Compile(IEnumerable<SyntaxTree> trees) =>
        CSharpCompilation.Create("Checked", [.. trees, CSharpSyntaxTree.ParseText(Usings)], References.Value, new(OutputKind.DynamicallyLinkedLibrary));
}
