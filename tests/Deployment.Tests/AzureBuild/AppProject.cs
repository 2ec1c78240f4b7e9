using System.Text.Json;
using QdrantBackup.Harness;
using QdrantBackup.Tests;

namespace QdrantBackup.Deployment.Tests.AzureBuild;

/// <summary>What MSBuild makes of a project, without restoring or building anything.</summary>
internal sealed class AppProject
{
    public const string AzureFlavour = "-p:FunctionsRuntime=Azure";

    private readonly JsonElement _evaluated;

    private AppProject(JsonElement evaluated) => _evaluated = evaluated;

    public static string Path { get; } = Repository.Path("src", "QdrantBackup.Functions", "QdrantBackup.Functions.csproj");

    /// <summary>The packages asked for, by id, with the version that stands beside the reference (those of the whole repository have none).</summary>
    public IReadOnlyDictionary<string, string> Packages =>
        Items("PackageReference").ToDictionary(Identity, p => p.TryGetProperty("VersionOverride", out var version) ? version.GetString()! : "", StringComparer.Ordinal);

    public IReadOnlyList<string> Projects => [.. Items("ProjectReference").Select(p => System.IO.Path.GetFileNameWithoutExtension(Identity(p))).Order(StringComparer.Ordinal)];

    /// <summary>The source files compiled, relative to the project.</summary>
    public IReadOnlyList<string> Sources => [.. Items("Compile").Select(Identity).Order(StringComparer.Ordinal)];

    public string this[string property] => _evaluated.GetProperty("Properties").GetProperty(property).GetString()!;

    /// <summary>Evaluates the app's project, or another one.</summary>
    public static async Task<AppProject> EvaluateAsync(string? project = null, params string[] options)
    {
        // Imports that an earlier restore generated are left out: what is looked at here is in the repository.
        var result = await Installation.ProgramAsync(
        [
            "dotnet", "msbuild", project ?? Path, "-p:ExcludeRestorePackageImports=true", "-getItem:PackageReference,ProjectReference,Compile",
            "-getProperty:BaseIntermediateOutputPath,BaseOutputPath,RestorePackagesWithLockFile,AzureFunctionsVersion,OutputType,TreatWarningsAsErrors,DefineConstants", .. options,
        ]);
        return result.ExitCode == 0 ? new(JsonElement.Parse(result.Results)) : throw new InvalidOperationException(result.Results + result.Errors);
    }

    private static string Identity(JsonElement item) => item.GetProperty("Identity").GetString()!.Replace('\\', '/');

    private IEnumerable<JsonElement> Items(string kind) => _evaluated.GetProperty("Items").GetProperty(kind).EnumerateArray();
}
