using System.Text.RegularExpressions;
using QdrantBackup.Harness;
using QdrantBackup.Tests;

namespace QdrantBackup.Deployment.Tests.AzureBuild;

/// <summary>
/// The app built against the official packages, once for all tests. The feed of this machine may lack two of them; then the build leaves
/// those two out, each by the property that is there for it, and everything else is the real thing.
/// </summary>
[CollectionDefinition(Collection)]
public sealed partial class OfficialBuild : IAsyncLifetime, ICollectionFixture<OfficialBuild>
{
    public const string Collection = "official build";

    /// <summary>The packages that a feed may lack, with the property that does without.</summary>
    public static IReadOnlyDictionary<string, string> MayBeMissing { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Microsoft.Azure.Functions.Worker.Extensions.DurableTask.AzureManaged"] = "-p:UseDurableTaskScheduler=false",
        ["Azure.Security.KeyVault.Keys"] = "-p:UseKeyVaultKeysPackage=false",
    };

    /// <summary>What restoring everything ended with, as error code and text.</summary>
    public IReadOnlyList<(string Code, string Text)> RestoreErrors { get; private set; } = [];

    /// <summary>What building what can be had ended with.</summary>
    public CommandResult Build { get; private set; } = null!;

    /// <summary>The warnings and errors of that build: code and text.</summary>
    public IReadOnlyList<(string Code, string Text)> BuildMessages { get; private set; } = [];

    public string Folder { get; } = Repository.Path("src", "QdrantBackup.Functions", "bin", "azure", "Release", "net10.0");

    public async ValueTask InitializeAsync()
    {
        var restore = await Installation.ProgramAsync(["dotnet", "restore", AppProject.Path, AppProject.AzureFlavour]);
        RestoreErrors = Messages(restore, "error");
        var without = RestoreErrors.SelectMany(error => MayBeMissing.Where(p => error.Text.Contains(p.Key, StringComparison.Ordinal)).Select(p => p.Value));
        Build = await Installation.ProgramAsync(
            ["dotnet", "build", AppProject.Path, AppProject.AzureFlavour, .. without.Distinct(StringComparer.Ordinal), "-c", "Release", "--nologo", "-v", "quiet", "-nodeReuse:false"]);
        BuildMessages = [.. Messages(Build, "warning"), .. Messages(Build, "error")];
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static List<(string Code, string Text)> Messages(CommandResult result, string kind) =>
        [.. Message().Matches(result.Results + result.Errors).Where(m => m.Groups["kind"].Value == kind).Select(m => (m.Groups["code"].Value, m.Groups["text"].Value)).Distinct()];

    [GeneratedRegex(@": (?<kind>warning|error) (?<code>[A-Z]+\d+): (?<text>.*)$", RegexOptions.Multiline)]
    private static partial Regex Message();
}
