using QdrantBackup.Clusters;
using QdrantBackup.Restores;
using QdrantBackup.Runs;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Restores;

public sealed class RestoreGateTests
{
    private static readonly RestoreRequest Own = new();

    [Fact]
    public async Task An_existing_collection_is_overwritten_only_on_request()
    {
        using CaptureRig rig = await BackedUpAsync();
        byte[] original = rig.Node.Collections["docs"];
        rig.Node.Collections["docs"] = [1];
        await Assert.ThrowsAsync<RefusedException>(() => rig.RestoreAsync(Own));
        Assert.Equal([1], rig.Node.Collections["docs"]);
        await rig.RestoreAsync(new RestoreRequest { Overwrite = true });
        Assert.Equal(original, rig.Node.Collections["docs"]);
    }

    [Theory]
    [InlineData("1.18.9", true)]
    [InlineData("1.19.0", true)]
    [InlineData("1.20.0", false)]
    [InlineData("1.17.4", false)]
    [InlineData("2.18.3", false)]
    [InlineData("nightly", false)]
    public async Task Only_the_same_or_the_next_minor_version_may_restore(string version, bool allowed)
    {
        using CaptureRig rig = await BackedUpAsync();
        rig.Node.Version = version;
        var restore = new RestoreRequest { Suffix = "-back" };
        if (allowed)
        {
            await rig.RestoreAsync(restore);
        }
        else
        {
            await Assert.ThrowsAsync<RefusedException>(() => rig.RestoreAsync(restore));
        }
    }

    [Fact]
    public async Task Aliases_come_back_with_their_collection_but_are_not_taken_from_another()
    {
        using CaptureRig rig = await BackedUpAsync();
        rig.Node.Collections.Remove("docs");
        rig.Node.Aliases.Clear();
        await rig.RestoreAsync(Own);
        Assert.Equal([new CollectionAlias("live", "docs")], rig.Node.Aliases);
        rig.Node.Aliases.Clear();
        rig.Node.Aliases.Add(new CollectionAlias("live", "newer"));
        RestorePlanOverview plan = await rig.RestoreAsync(new RestoreRequest { Overwrite = true });
        Assert.Equal([new CollectionAlias("live", "newer")], rig.Node.Aliases);
        Assert.Contains(plan.Warnings, w => w.Contains("live", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_clusters_backup_is_restored_only_when_named()
    {
        using CaptureRig rig = await BackedUpAsync();
        await Assert.ThrowsAsync<UsageException>(() => rig.RestoreAsync(new RestoreRequest { FromCluster = "staging", Suffix = "-back" }));
    }

    [Fact]
    public async Task A_missing_collection_or_alias_as_target_is_refused()
    {
        using CaptureRig rig = await BackedUpAsync();
        await Assert.ThrowsAsync<UsageException>(() => rig.RestoreAsync(new RestoreRequest { Collections = ["other"] }));
        var rename = new RestoreRequest { Rename = new Dictionary<string, string> { ["docs"] = "live" } };
        await Assert.ThrowsAsync<RefusedException>(() => rig.RestoreAsync(rename));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\u001fb")]
    public async Task A_name_that_no_collection_can_have_is_refused_before_anything_is_done(string name)
    {
        using CaptureRig rig = await BackedUpAsync();
        var rename = new RestoreRequest { Rename = new Dictionary<string, string> { ["docs"] = name } };
        await Assert.ThrowsAsync<UsageException>(() => rig.RestoreAsync(rename));
    }

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public async Task A_name_has_at_most_255_bytes(int bytes, bool allowed)
    {
        using CaptureRig rig = await BackedUpAsync();
        Task Restore() => rig.RestoreAsync(new RestoreRequest { Rename = new Dictionary<string, string> { ["docs"] = new string('x', bytes) } });
        await (allowed ? Restore() : Assert.ThrowsAsync<UsageException>(Restore));
    }

    [Fact]
    public async Task Two_collections_may_not_become_one_nor_a_collection_and_an_alias()
    {
        using CaptureRig rig = await BackedUpAsync();
        rig.Node.Collections["more"] = rig.Node.Collections["docs"];
        await rig.BackupAsync();
        rig.Node.Collections.Clear();
        rig.Node.Aliases.Clear();
        foreach (string name in (string[])["docs", "live"])
        {
            var rename = new RestoreRequest { Rename = new Dictionary<string, string> { ["more"] = name } };
            Assert.Contains(name, (await Assert.ThrowsAsync<UsageException>(() => rig.RestoreAsync(rename))).Message, StringComparison.Ordinal);
        }

        Assert.Empty(rig.Node.Collections);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_alias_that_took_the_targets_name_after_the_plan_stops_the_upload(bool overwrite)
    {
        using CaptureRig rig = await BackedUpAsync();
        RestorePlanOverview plan = await rig.Get<RestorePlanner>().PlanAsync(
            await rig.AskAsync(restore: new RestoreRequest { Overwrite = overwrite, Suffix = overwrite ? null : "-back" }), CaptureRig.Cancellation);
        rig.Node.Collections["newer"] = [1];
        rig.Node.Aliases.Add(new CollectionAlias(plan.Items[0].Target, "newer"));
        await Assert.ThrowsAsync<RefusedException>(() => rig.Get<PartRestore>().UploadAsync(new RestoreStep(plan.RunId, 1), CaptureRig.Cancellation));
        Assert.Equal(0, rig.Node.LastUploadReceived);
    }

    private static async Task<CaptureRig> BackedUpAsync()
    {
        var rig = new CaptureRig();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/empty.snapshot");
        rig.Node.Aliases.Add(new CollectionAlias("live", "docs"));
        await rig.BackupAsync();
        return rig;
    }
}
