using System.Reflection;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using QdrantBackup.Functions;
using QdrantBackup.Harness;

namespace QdrantBackup.Deployment.Tests.AzureBuild;

/// <summary>The app against the real packages of Azure Functions: it compiles, and the official tools see in it what LocalFunctions sees.</summary>
[Collection(OfficialBuild.Collection)]
public sealed class OfficialBuildTests(OfficialBuild official)
{
    private const string NotFound = "NU1101";
    private const string VersionNotFound = "NU1102";
    private const string NextVersionTaken = "NU1603";

    [Fact]
    public void Nothing_is_wrong_with_the_flavour_but_packages_that_the_feed_does_not_serve() =>
        Assert.DoesNotContain(
            official.RestoreErrors,
            error => error.Code is not (NotFound or VersionNotFound) || !OfficialBuild.MayBeMissing.Keys.Any(id => error.Text.Contains($" {id}", StringComparison.Ordinal)));

    [Fact]
    public void The_app_compiles_against_the_official_packages_and_their_analyzers_find_nothing()
    {
        Assert.True(official.Build.ExitCode == 0, official.Build.Results);
        Assert.DoesNotContain(official.BuildMessages, message => message.Code != NextVersionTaken);
    }

    [Fact]
    public async Task The_analyzers_of_functions_and_of_replayed_code_take_part()
    {
        var result = await Installation.ProgramAsync(
            ["dotnet", "msbuild", AppProject.Path, AppProject.AzureFlavour, .. OfficialBuild.MayBeMissing.Values, "-t:ResolveLockFileAnalyzers", "-getItem:Analyzer"]);
        var analyzers = JsonElement.Parse(result.Results).GetProperty("Items").GetProperty("Analyzer").EnumerateArray().Select(a => a.GetProperty("Filename").GetString()).ToList();

        Assert.Contains("Microsoft.Azure.Functions.Worker.Sdk.Analyzers", analyzers);
        Assert.Contains("Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore.Analyzers", analyzers);
        Assert.Contains("Microsoft.DurableTask.Analyzers", analyzers);
    }

    [Fact]
    public void The_official_tools_find_the_functions_that_LocalFunctions_finds()
    {
        var written = JsonElement.Parse(File.ReadAllText(Path.Combine(official.Folder, "functions.metadata")));
        var found = written.EnumerateArray().Select(Describe).Order(StringComparer.Ordinal).ToList();

        Assert.True(found.Count > 40, "too few functions to mean anything");
        Assert.Equal(Ours().Order(StringComparer.Ordinal), found);
    }

    [Fact]
    public void The_output_is_what_the_Functions_host_loads()
    {
        var worker = JsonElement.Parse(File.ReadAllText(Path.Combine(official.Folder, "worker.config.json"))).GetProperty("description");
        Assert.Equal("dotnet-isolated", worker.GetProperty("language").GetString());
        Assert.Equal("QdrantBackup.Functions.dll", worker.GetProperty("defaultWorkerPath").GetString());
        var extensions = JsonElement.Parse(File.ReadAllText(Path.Combine(official.Folder, "extensions.json"))).GetProperty("extensions").EnumerateArray();
        Assert.Contains(extensions, e => e.GetProperty("name").GetString() == "DurableTask");
        Assert.True(File.Exists(Path.Combine(official.Folder, ".azurefunctions", "Microsoft.Azure.WebJobs.Extensions.DurableTask.dll")));
        Assert.True(File.Exists(Path.Combine(official.Folder, "host.json")));
        Assert.False(File.Exists(Path.Combine(official.Folder, "LocalFunctions.dll")), "the flavour must not carry the single-machine runtime");
    }

    /// <summary>A function as one line: where it is, what starts it, and by which address or schedule.</summary>
    private static string Describe(JsonElement function)
    {
        var trigger = function.GetProperty("bindings").EnumerateArray().Single(b => b.GetProperty("type").GetString()!.EndsWith("Trigger", StringComparison.Ordinal));
        var methods = trigger.TryGetProperty("methods", out var given) ? string.Join(',', given.EnumerateArray().Select(m => m.GetString())) : "";
        return $"{Text(function, "name")} {Text(function, "entryPoint")} {Text(trigger, "type")} {methods} {Text(trigger, "route")}{Text(trigger, "schedule")}".TrimEnd();
    }

    private static IEnumerable<string> Ours() =>
        from type in typeof(AppHost).Assembly.GetExportedTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null
        let trigger = method.GetParameters().SelectMany(p => p.GetCustomAttributes()).Single(a => a.GetType().Name.EndsWith("TriggerAttribute", StringComparison.Ordinal))
        let name = trigger.GetType().Name[..^"Attribute".Length]
        let http = trigger as HttpTriggerAttribute
        let address = http?.Route ?? (trigger as TimerTriggerAttribute)?.Schedule
        select $"{function.Name} {type.FullName}.{method.Name} {char.ToLowerInvariant(name[0])}{name[1..]} {string.Join(',', http?.Methods ?? [])} {address}".TrimEnd();

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
