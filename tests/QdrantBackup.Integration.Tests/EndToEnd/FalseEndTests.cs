using QdrantBackup.App.Stores;
using QdrantBackup.Harness;
using QdrantBackup.Ids;
using QdrantBackup.Integration.Tests.Storage;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure;
using QdrantBackup.Retention;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>Somebody writes into the store what makes backups seem ended: without a key, and with the identity of the backup app. The real program deletes nothing for it.</summary>
public sealed class FalseEndTests
{
    private const string Collection = "late-interaction";
    private const string Quiet = "  verification: false\n  retention: { daily: 0, weekly: 0, monthly: 0, keepWithin: 0s, schedule: \"off\", afterBackups: false }\n";

    private static readonly TimeSpan LongAfterGrace = TimeSpan.FromDays(3);

    [Fact]
    public async Task Junk_under_retired_deletes_hides_and_blocks_nothing_and_cleanup_names_it()
    {
        await using var site = await Site.StartAsync([Collection], extraYaml: "  verification: false\n  retention: { schedule: \"off\", afterBackups: false }\n");
        await using var app = await AppProcess.StartAsync(site.Files);
        string[] ids = [await site.BackUpAsync(), await site.BackUpAsync()];
        var retired = Directory.CreateDirectory(Path.Combine(site.Files.StoreDirectory, "retired")).FullName;
        foreach (var id in ids)
        {
            await File.WriteAllTextAsync(Path.Combine(retired, id), "junk", TestContext.Current.CancellationToken);
        }

        AgedStore.AgeFiles(site.Files.StoreDirectory, LongAfterGrace);
        var before = Content(site);

        Told.Clearly(await site.RunAsync("cleanup", "--yes-delete-unusual"), exitCode: 4, ids[0], "retired/");
        Assert.Equal(before, Content(site));
        foreach (var backup in (await site.JsonAsync("list")).GetProperty("backups").EnumerateArray())
        {
            Assert.Equal("complete", backup.GetProperty("state").GetString());
        }

        Assert.Equal(0, (await site.RunAsync("hold", ids[0], "--reason", "audit")).ExitCode);
        var restored = await site.RunAsync("restore", "--id", ids[1], "--full", "--suffix", "-back");
        Assert.True(restored.ExitCode == 0, restored.Errors);
        Assert.Equal(site.Qdrant.CollectionSha256(Collection), site.Qdrant.CollectionSha256($"{Collection}-back"));
    }

    [Fact]
    public async Task The_backup_identity_with_the_store_key_in_hand_gets_nothing_deleted()
    {
        await using var site = await Site.StartAsync([Collection], extraYaml: Quiet);
        var backup = WithRole(site, "backup", "");
        var maintenance = WithRole(site, "maintenance", Path.Combine(site.Files.Folder, "memory"));
        string[] ids = [await BackUpAsync(backup), await BackUpAsync(backup), await BackUpAsync(backup)];
        var held = await RunAsync(backup, "hold", ids[0], "--reason", "audit");
        Assert.True(held.ExitCode == 0, held.Errors);
        Told.Clearly(await RunAsync(backup, "release", ids[0]), exitCode: 4, "maintenance");
        Told.Clearly(await RunAsync(backup, "delete", ids[0], "--yes"), exitCode: 4, "maintenance");

        // Maintenance has read nothing back yet, so the policy ends nothing; then it reads.
        var cautious = await RunAsync(maintenance, "cleanup");
        Assert.True(cautious.ExitCode == 0, cautious.Errors);
        Assert.Empty(Directory.Exists(Path.Combine(site.Files.StoreDirectory, "retired")) ? Directory.GetFiles(Path.Combine(site.Files.StoreDirectory, "retired")) : []);
        Assert.Equal(0, (await RunAsync(maintenance, "verify")).ExitCode);

        await ForgeAsync(site, ids);
        AgedStore.AgeFiles(site.Files.StoreDirectory, LongAfterGrace);
        var before = Content(site);
        foreach (var attempt in new[] { "cleanup", "cleanup --yes-delete-unusual --clock-is-right" })
        {
            Told.Clearly(await RunAsync(maintenance, attempt.Split(' ')), exitCode: 4, "proof");
        }

        Assert.Equal(before, Content(site));
    }

    /// <summary>Everything that the backup app's identity can seal: ends of all backups and the release of the hold.</summary>
    private static async Task ForgeAsync(Site site, string[] ids)
    {
        using var recipient = KeyFileRecipient.Load(site.Files.KeyFile);
        using var store = await StoreOpening.OpenAsync(StoreAddress.Open(site.Files.StoreDirectory, TimeProvider.System), [recipient], site.Pins, CancellationToken.None);
        var at = TimeProvider.System.GetUtcNow() - LongAfterGrace;
        foreach (var id in ids.Select(i => new BackupId(i)))
        {
            var end = new Retirement { Id = id, Reason = "policy", By = "retention", At = at, Confirmed = true, EndsLast = true, EndId = Retirement.NewEndId() };
            await store.PutDocumentAsync(BlobNames.Retirement(id), SealedType.Record, end, StoreJson.Default.Retirement, PutCondition.Always, summary: null, CancellationToken.None);
            var release = new Hold { Id = id, Reason = "audit", By = "alice", At = at, Released = true };
            await store.PutDocumentAsync(BlobNames.Hold(id), SealedType.Record, release, RetentionJson.Default.Hold, PutCondition.Always, summary: null, CancellationToken.None);
        }
    }

    private static string[] WithRole(Site site, string role, string memory)
    {
        var file = Path.Combine(site.Files.Folder, $"role-{role}.yaml");
        var text = File.ReadAllText(site.Files.Config);
        text = memory.Length == 0 ? text : text.Replace("retention: {", $"retention: {{ memory: \"{memory}\",", StringComparison.Ordinal);
        File.WriteAllText(file, $"{text.TrimEnd()}\n  role: {role}\n");
        return ["--config", file, "--state-dir", Path.Combine(site.Files.Folder, $"state-{role}")];
    }

    private static Task<CommandResult> RunAsync(string[] installation, params string[] arguments) => Installation.CommandAsync([.. arguments, .. installation]);

    private static async Task<string> BackUpAsync(string[] installation)
    {
        var result = await RunAsync(installation, "backup", "--output", "json");
        Assert.True(result.ExitCode == 0, result.Errors);
        return System.Text.Json.JsonElement.Parse(result.Results).GetProperty("backupId").GetString()!;
    }

    /// <summary>What a prune could take.</summary>
    private static string[] Content(Site site) =>
    [
        .. new[] { "chunks", "lists", "manifests" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(site.Files.StoreDirectory, folder), "*", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal),
    ];
}
