using QdrantBackup.Harness;
using QdrantBackup.Tests;

namespace QdrantBackup.Deployment.Tests.Server;

/// <summary>What <c>./dev publish</c> makes, once for all tests.</summary>
public sealed class ServerPackage : IAsyncLifetime
{
    private readonly TempFolder _folder = new("package");

    public string Folder => _folder.File("package");

    public string Server => _folder.File("package", "server");

    public async ValueTask InitializeAsync()
    {
        var published = await Installation.ProgramAsync([Repository.Path("dev"), "publish", Folder]);
        Assert.True(published.ExitCode == 0, published.Results + published.Errors);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
