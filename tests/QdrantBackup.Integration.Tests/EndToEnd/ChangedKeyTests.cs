using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.App.Stores;
using QdrantBackup.Harness;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>The API key of Qdrant is changed in mid-run and changed back: what the run could not delete is named, and swept afterwards.</summary>
public sealed class ChangedKeyTests
{
    private const string Collection = "big";
    private const string Key = "the-key";

    private static readonly Dictionary<string, string> EachSecond = new(StringComparer.Ordinal) { ["BACKUP_TICK"] = "* * * * * *" };

    [Fact]
    public async Task A_key_that_is_changed_in_mid_run_and_back_leaves_no_snapshot_behind_and_none_unnamed()
    {
        await using var site = await Site.StartAsync([], qdrantApiKey: Key);
        site.Qdrant.AddSynthetic(Collection, 2 << 20, seed: 5);
        site.Qdrant.RequestSeen += request =>
        {
            // The snapshot is there, and its download has been asked for.
            if (request.Method == "GET" && request.Path.Contains(".snapshot", StringComparison.Ordinal))
            {
                site.Qdrant.Reconfigure(o => o with { ApiKey = "another" });
            }
        };

        OpenRun open;
        string snapshot;
        await using (var app = await AppProcess.StartAsync(site.Files, EachSecond))
        {
            var id = await app.Api.StartBackupAsync();
            Assert.Equal("failed", (await app.Api.FinishBackupAsync(id)).GetProperty("state").GetString());
            snapshot = Assert.Single(site.Qdrant.SnapshotFiles(Collection));

            open = await Waiting.FindAsync(
                "the open record to name what is left", async () => (await OpenAsync(site)).FirstOrDefault(r => r.Left.Count > 0), pause: TimeSpan.FromMilliseconds(100));
            Assert.Equal(id, open.RunId.ToString());
            Assert.Contains($"snapshot {snapshot} of '{Collection}' is still on", Assert.Single(open.Left), StringComparison.Ordinal);
            Assert.Equal([snapshot], site.Qdrant.SnapshotFiles(Collection));
        }

        // A new process: the one that failed tries again after ten minutes.
        site.Qdrant.Reconfigure(o => o with { ApiKey = Key });
        await using var next = await AppProcess.StartAsync(site.Files, EachSecond);
        await Waiting.UntilAsync($"the tick to delete snapshot {snapshot}", () => site.Qdrant.SnapshotFiles(Collection).Count == 0);
        await Waiting.FindAsync("the run to be open no more", async () => (await OpenAsync(site)).Count == 0 ? "" : null, pause: TimeSpan.FromMilliseconds(100));
    }

    private static async Task<IReadOnlyList<OpenRun>> OpenAsync(Site site)
    {
        var stop = TestContext.Current.CancellationToken;
        using var recipient = KeyFileRecipient.Load(site.Files.KeyFile);
        using var store = await StoreOpening.OpenAsync(StoreAddress.Open(site.Files.StoreDirectory, TimeProvider.System), [recipient], site.Pins, stop);
        return await new RunRecords(store, TimeProvider.System, NullLogger<RunRecords>.Instance).Open.ListAsync("harness", stop);
    }
}
