using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>A site with two collections and one good backup of them, shared by the tests of a class, which leave both as they were.</summary>
public sealed class BackedUpSite : IAsyncLifetime
{
    public const string Collection = "late-interaction";

    public static IReadOnlyList<string> Collections { get; } = [Collection, "empty"];

    public Site Site { get; private set; } = null!;

    public string BackupId { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Site = await Site.StartAsync(Collections);
        BackupId = await Site.BackUpAsync();
    }

    public ValueTask DisposeAsync() => Site.DisposeAsync();

    /// <summary>Runs a command with another configuration: this one's with a line replaced or, where there is none, added.</summary>
    public async Task<CommandResult> RunWithAsync(string line, string replacement, params string[] arguments)
    {
        using var folder = new TempFolder();
        var yaml = await File.ReadAllTextAsync(Site.Files.Config);
        Assert.Contains(line, yaml, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder.File("other.yaml"), yaml.Replace(line, replacement, StringComparison.Ordinal));
        return await Installation.CommandAsync([.. arguments, "--config", folder.File("other.yaml"), "--state-dir", folder.File("state")]);
    }

    /// <summary>Whatever just went wrong: the backup that was there is whole, and the last run of a kind is over.</summary>
    public async Task AssertNothingIsLostAsync(string? lastRunState = null)
    {
        var verified = await Site.RunAsync("verify", BackupId);
        Assert.True(verified.ExitCode == 0, verified.Errors);
        if (lastRunState is not null)
        {
            var runs = (await Site.JsonAsync("runs")).GetProperty("runs").EnumerateArray().Where(r => r.GetProperty("kind").GetString() != "verify").ToList();
            Assert.Equal(lastRunState, runs[0].GetProperty("state").GetString());
            Assert.All(runs, run => Assert.NotEqual("pending", run.GetProperty("state").GetString()));
        }
    }
}
