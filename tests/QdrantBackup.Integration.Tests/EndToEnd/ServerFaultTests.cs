using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>Qdrant or the store's disk fails in the middle: what can be saved is, and what was saved before stays.</summary>
public sealed class ServerFaultTests(BackedUpSite backedUp) : IClassFixture<BackedUpSite>
{
    private Site Site => backedUp.Site;

    [Fact]
    public async Task A_collection_that_vanishes_makes_the_backup_partial_and_the_others_are_in_it()
    {
        var lost = Path.Combine(Fixtures.Snapshots, "no-vectors.snapshot");
        Site.Qdrant.SetCollection("vanishing", lost);
        Site.Qdrant.Faults.VanishingCollection = "vanishing";

        var result = await Site.RunAsync("backup");

        Told.Clearly(result, exitCode: 3, "vanishing");
        Site.Qdrant.Faults.VanishingCollection = null;
        Assert.Empty(Site.SnapshotsOf(BackedUpSite.Collections));
        var newest = (await Site.JsonAsync("list")).GetProperty("backups")[0];
        Assert.Equal("partial", newest.GetProperty("state").GetString());
        Told.Clearly(await Site.RunAsync("restore", "--id", newest.GetProperty("id").GetString()!, "--full", "--suffix", "-2"), exitCode: 4, "partial", "vanishing");
        await backedUp.AssertNothingIsLostAsync();
    }

    [Fact]
    public async Task A_wrong_key_for_Qdrant_fails_the_run_and_says_what_to_do()
    {
        Site.Qdrant.Reconfigure(o => o with { ApiKey = "another" });
        var result = await Site.RunAsync("backup");
        Site.Qdrant.Reconfigure(o => o with { ApiKey = null });

        Told.Clearly(result, exitCode: 1, "key");
        await backedUp.AssertNothingIsLostAsync("failed");
    }

    [Fact]
    public async Task An_unreachable_Qdrant_fails_the_run_and_the_store_is_still_served()
    {
        var address = Site.Qdrant.Address.Authority;
        await Site.Qdrant.GoAwayAsync();
        try
        {
            Told.Clearly(await Site.RunAsync("backup"), exitCode: 1, address);
            await backedUp.AssertNothingIsLostAsync("failed");
        }
        finally
        {
            await Site.Qdrant.ComeBackAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_store_without_room_fails_the_run_and_takes_nothing_from_what_is_there()
    {
        // No file over 4 MiB less 64 KiB: a chunk of noise is longer, the database of the runs is not. It works for any account, where a small file system needs root.
        const string Limited = "trap '' XFSZ; ulimit -f 8064; exec \"$@\"";
        Site.Qdrant.AddSynthetic("big", 9 << 20, seed: 3);
        var jitNeedsNoFile = new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_EnableWriteXorExecute"] = "0" };

        var result = await Installation.CommandAsync(["backup", "--collection", "big", .. Site.Files.Options], jitNeedsNoFile, "sh", "-c", Limited, "sh");

        Told.Clearly(result, exitCode: 1, Site.Files.StoreDirectory, "ulimit", "nothing that was stored is lost");
        Assert.Empty(Site.Qdrant.SnapshotFiles("big"));
        await backedUp.AssertNothingIsLostAsync("failed");
        Assert.Equal(0, (await Site.RunAsync("backup", "--collection", "big")).ExitCode);
        Site.Qdrant.RemoveCollection("big");
    }
}
