using System.Reflection;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using QdrantBackup.App.Hosting;
using QdrantBackup.Harness;
using QdrantBackup.Tests;

namespace QdrantBackup.Deployment.Tests.FunctionsHost;

/// <summary>What is deployed is what a Functions host loads, and the official tools see in it what LocalFunctions sees.</summary>
[Collection(PublishedApp.Collection)]
public sealed class PublishedAppTests(PublishedApp published)
{
    [Fact]
    public void The_app_is_published_without_a_warning()
    {
        Assert.True(published.Publish.ExitCode == 0, published.Publish.Results);

        // The official SDK gathers what the host loads; a feed may lack a patch of it and offer the next one.
        Assert.DoesNotContain(published.Publish.Results.Split('\n'), line => line.Contains("warning", StringComparison.Ordinal) && !line.Contains("NU1603", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("QdrantBackup.App", "Microsoft.DurableTask.Analyzers")]
    [InlineData("QdrantBackup.App", "Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore.Analyzers")]
    [InlineData("QdrantBackup.Functions", "Microsoft.Azure.Functions.Worker.Sdk.Analyzers")]
    public async Task The_official_analyzers_take_part_in_every_build(string project, string analyzer)
    {
        var result = await Installation.ProgramAsync(
            ["dotnet", "msbuild", Repository.Path("src", project, project + ".csproj"), "-t:ResolveLockFileAnalyzers", "-getItem:Analyzer"]);
        var analyzers = JsonElement.Parse(result.Results).GetProperty("Items").GetProperty("Analyzer").EnumerateArray().Select(a => a.GetProperty("Filename").GetString()).ToList();

        Assert.Contains(analyzer, analyzers);
    }

    [Fact]
    public void The_official_tools_find_the_functions_that_LocalFunctions_finds()
    {
        var written = JsonElement.Parse(File.ReadAllText(Path.Combine(published.Folder, "functions.metadata")));
        var found = written.EnumerateArray().Select(Describe).Order(StringComparer.Ordinal).ToList();

        Assert.True(found.Count > 40, "too few functions to mean anything");
        Assert.Equal(Ours().Order(StringComparer.Ordinal), found);
    }

    [Fact]
    public void The_output_is_what_the_Functions_host_loads()
    {
        var worker = JsonElement.Parse(File.ReadAllText(Path.Combine(published.Folder, "worker.config.json"))).GetProperty("description");
        Assert.Equal("dotnet-isolated", worker.GetProperty("language").GetString());
        Assert.Equal("QdrantBackup.Functions.dll", worker.GetProperty("defaultWorkerPath").GetString());
        var extensions = JsonElement.Parse(File.ReadAllText(Path.Combine(published.Folder, "extensions.json"))).GetProperty("extensions").EnumerateArray();
        Assert.Contains(extensions, e => e.GetProperty("name").GetString() == "DurableTask");
        Assert.True(File.Exists(Path.Combine(published.Folder, ".azurefunctions", "Microsoft.Azure.WebJobs.Extensions.DurableTask.dll")));
        Assert.True(File.Exists(Path.Combine(published.Folder, "host.json")));
        Assert.False(File.Exists(Path.Combine(published.Folder, "LocalFunctions.dll")), "a Functions host needs no single-machine runtime");
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
