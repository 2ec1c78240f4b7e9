using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>Retention from the command line, with a server and without.</summary>
public sealed class CleanupTests
{
    private const string Collection = "late-interaction";
    // A verification that follows a backup pins it, and may take longer than a test waits.
    private const string KeepsTheNewestOnly = "  verification: false\n  retention: { daily: 0, weekly: 0, monthly: 0, keepWithin: 0s, schedule: \"off\", afterBackups: false }\n";

    [Fact]
    public async Task Cleanup_shows_verdicts_and_reasons_and_does_what_they_say()
    {
        await using var site = await Site.StartAsync([Collection], extraYaml: KeepsTheNewestOnly);
        await using var app = await AppProcess.StartAsync(site.Files);
        var old = await site.BackUpAsync();
        var young = await site.BackUpAsync();

        var shown = await site.RunAsync("cleanup", "--dry-run");
        Assert.True(shown.ExitCode == 0, shown.Errors);
        Assert.Contains(Lines(shown.Results), l => Holds(l, young, "keep", "newest complete backup"));
        Assert.Contains(Lines(shown.Results), l => Holds(l, old, "end", "no day, week or month"));

        var held = await site.RunAsync("hold", old, "--reason", "audit");
        Assert.True(held.ExitCode == 0, held.Errors);
        Told.Clearly(await site.RunAsync("delete", old), exitCode: 4, "on hold", "audit");
        Assert.Equal(0, (await site.RunAsync("release", old)).ExitCode);

        var done = await site.RunAsync("cleanup");
        Assert.True(done.ExitCode == 0, done.Errors);
        Assert.Matches("cleanup [0-9TZ]+-[0-9a-z]{6}: complete", done.Results);
        Assert.Contains(Lines((await site.RunAsync("list")).Results), l => Holds(l, old, "retired"));
    }

    [Fact]
    public async Task A_manifest_that_vanished_stops_cleanup_until_somebody_says_yes()
    {
        await using var site = await Site.StartAsync([Collection], extraYaml: KeepsTheNewestOnly);
        var gone = await site.BackUpAsync();
        await site.BackUpAsync();
        File.Delete(Path.Combine(site.Files.StoreDirectory, "manifests", gone));

        Told.Clearly(await site.RunAsync("cleanup"), exitCode: 4, gone, "--yes-delete-unusual");

        var accepted = await site.RunAsync("cleanup", "--yes-delete-unusual");
        Assert.True(accepted.ExitCode == 0, accepted.Errors);
    }

    private static string[] Lines(string text) => text.Split('\n');

    private static bool Holds(string line, params string[] words) => words.All(w => line.Contains(w, StringComparison.Ordinal));
}
