using System.Text.RegularExpressions;
using QdrantBackup.Tests;

namespace QdrantBackup.Deployment.Tests.AzureBuild;

/// <summary>The one switch between the two runtimes, as MSBuild sees it.</summary>
public sealed partial class SwitchTests(SwitchTests.Flavours flavours) : IClassFixture<SwitchTests.Flavours>
{
    private static readonly string[] Official =
    [
        "Azure.Monitor.OpenTelemetry.Exporter",
        "Azure.Security.KeyVault.Keys",
        "Microsoft.Azure.Functions.Worker",
        "Microsoft.Azure.Functions.Worker.Extensions.DurableTask",
        "Microsoft.Azure.Functions.Worker.Extensions.DurableTask.AzureManaged",
        "Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore",
        "Microsoft.Azure.Functions.Worker.Extensions.Timer",
        "Microsoft.Azure.Functions.Worker.OpenTelemetry",
        "Microsoft.Azure.Functions.Worker.Sdk",
        "Microsoft.DurableTask.Analyzers",
    ];

    [Fact]
    public void The_Azure_flavour_takes_the_official_packages_each_in_one_pinned_version()
    {
        var added = flavours.Azure.Packages.Where(p => !flavours.Local.Packages.ContainsKey(p.Key)).ToList();

        Assert.Equal(Official, added.Select(p => p.Key).Order(StringComparer.Ordinal));
        Assert.All(added, p => Assert.Matches(PinnedVersion(), p.Value));
        Assert.Equal("v4", flavours.Azure["AzureFunctionsVersion"]);
        Assert.Equal("Exe", flavours.Azure["OutputType"]);
    }

    [Fact]
    public void Only_the_default_flavour_takes_LocalFunctions_and_it_takes_no_official_package()
    {
        Assert.Equal(["LocalFunctions", "QdrantBackup", "QdrantBackup.OnAzure"], flavours.Local.Projects);
        Assert.Equal(["QdrantBackup", "QdrantBackup.OnAzure"], flavours.Azure.Projects);
        Assert.DoesNotContain(flavours.Local.Packages.Keys, Official.Contains);
    }

    [Fact]
    public void Both_flavours_compile_the_same_source_but_for_one_folder()
    {
        Assert.True(flavours.Local.Sources.Count > 40, "too few files to mean anything");
        Assert.DoesNotContain(flavours.Local.Sources, s => s.Contains("AzureRuntime", StringComparison.Ordinal));
        var added = flavours.Azure.Sources.Except(flavours.Local.Sources, StringComparer.Ordinal).ToList();
        Assert.NotEmpty(added);
        Assert.All(added, file => Assert.StartsWith("Wiring/AzureRuntime/", file));
        Assert.Empty(flavours.Local.Sources.Except(flavours.Azure.Sources, StringComparer.Ordinal));
        Assert.Equal(flavours.Local["DefineConstants"], flavours.Azure["DefineConstants"]);
    }

    [Fact]
    public void Each_flavour_builds_in_folders_of_its_own_and_only_the_default_one_has_a_lock_file()
    {
        Assert.Equal(("obj/", "bin/", "true"), Output(flavours.Local));
        Assert.Equal(("obj/azure/", "bin/azure/", "false"), Output(flavours.Azure));
        Assert.Equal("true", flavours.Azure["TreatWarningsAsErrors"]);
    }

    [Fact]
    public async Task The_switch_leaves_every_other_project_as_it_is()
    {
        var domain = await AppProject.EvaluateAsync(Repository.Path("src", "QdrantBackup", "QdrantBackup.csproj"), AppProject.AzureFlavour);

        Assert.Equal(("obj/", "bin/", "true"), Output(domain));
        Assert.DoesNotContain(domain.Packages.Keys, Official.Contains);
    }

    private static (string Obj, string Bin, string LockFile) Output(AppProject project) =>
        (project["BaseIntermediateOutputPath"].Replace('\\', '/'), project["BaseOutputPath"].Replace('\\', '/'), project["RestorePackagesWithLockFile"]);

    [GeneratedRegex(@"^\d+\.\d+\.\d+$")]
    private static partial Regex PinnedVersion();

    /// <summary>The project with either value of the switch.</summary>
    public sealed class Flavours : IAsyncLifetime
    {
        internal AppProject Local { get; private set; } = null!;

        internal AppProject Azure { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Local = await AppProject.EvaluateAsync();
            Azure = await AppProject.EvaluateAsync(null, AppProject.AzureFlavour);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
