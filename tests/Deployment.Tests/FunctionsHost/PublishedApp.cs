using QdrantBackup.Harness;
using QdrantBackup.Tests;

namespace QdrantBackup.Deployment.Tests.FunctionsHost;

/// <summary>The function app as it is deployed, published once for all tests.</summary>
[CollectionDefinition(Collection)]
public sealed class PublishedApp : IAsyncLifetime, ICollectionFixture<PublishedApp>
{
    public const string Collection = "published app";

    private readonly TempFolder _folder = new("published");

    public static string Project { get; } = Repository.Path("src", "QdrantBackup.Functions", "QdrantBackup.Functions.csproj");

    /// <summary>What <c>dotnet publish</c> ended with.</summary>
    public CommandResult Publish { get; private set; } = null!;

    public string Folder => _folder.Path;

    public async ValueTask InitializeAsync() => Publish = await Installation.ProgramAsync(
        ["dotnet", "publish", Project, "-c", "Release", "--no-build", "--nologo", "-v", "quiet", "-nodeReuse:false", "-o", Folder]);

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
