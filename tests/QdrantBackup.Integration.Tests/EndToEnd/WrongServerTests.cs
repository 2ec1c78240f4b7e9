using System.Text.Json;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>The app points to a server that is not the one it was, or whose volume is not mounted.</summary>
public sealed class WrongServerTests
{
    [Fact]
    public async Task A_server_without_collections_fails_the_backup_and_an_empty_one_that_is_allowed_counts_once_it_is_confirmed()
    {
        await using var site = await Site.StartAsync([]);
        Told.Clearly(await site.RunAsync("backup"), exitCode: 1, "no collections", "--allow-empty");
        Told.Clearly(await site.RunAsync("backup", "--dry-run"), exitCode: 1, "no collections");

        var id = await site.BackUpAsync("--allow-empty");
        Assert.Contains((await site.RunAsync("list")).Results.Split('\n'), l => l.Contains(id, StringComparison.Ordinal) && l.Contains("complete, SUSPECT", StringComparison.Ordinal));
        Assert.Contains("suspect: it holds no collection", (await site.RunAsync("show", id)).Results, StringComparison.Ordinal);
        Assert.Contains($"backup {id} is suspect", (await site.RunAsync("status")).Results, StringComparison.Ordinal);
        Told.Clearly(await site.RunAsync("restore", "--latest", "--full"), exitCode: 4, "suspect", "confirm");

        Assert.Equal(0, (await site.RunAsync("confirm", id)).ExitCode);
        Assert.Contains($"lastGood: {id}", (await site.RunAsync("status")).Results, StringComparison.Ordinal);
        Told.Clearly(await site.RunAsync("confirm", "20200101T000000Z-000000"), exitCode: 2, "no backup");
    }

    [Fact]
    public async Task A_backup_of_another_server_ends_with_3_and_takes_no_place_until_it_is_confirmed()
    {
        await using var site = await Site.StartAsync(["late-interaction"]);
        var good = await site.BackUpAsync();
        site.Qdrant.RemoveCollection("late-interaction");
        site.Qdrant.AddSynthetic("stranger", 1 << 16, seed: 1);

        var backup = await site.RunAsync("backup");
        Assert.True(backup.ExitCode == 3, backup.Errors);
        Assert.Contains("suspect: it shares no collection with", backup.Errors, StringComparison.Ordinal);
        Assert.Equal(good, (await site.JsonAsync("status")).GetProperty("lastGood").GetString());
        Assert.Equal(good, await LatestAsync(site));
        Assert.Equal(0, (await site.RunAsync("cleanup")).ExitCode);
        Assert.Equal(0, (await site.JsonAsync("cleanup", "--dry-run")).GetProperty("ends").GetInt32());

        var stranger = (await site.JsonAsync("list")).GetProperty("backups")[0].GetProperty("id").GetString()!;
        Assert.Equal(0, (await site.RunAsync("confirm", stranger)).ExitCode);
        Assert.Equal(stranger, await LatestAsync(site));
        Told.Clearly(await site.RunAsync("confirm", good), exitCode: 4, "not suspect");
    }

    private static async Task<string?> LatestAsync(Site site)
    {
        var plan = await site.JsonAsync("restore", "--latest", "--full", "--suffix", "-back", "--dry-run");
        return plan.GetProperty("backupId").ValueKind == JsonValueKind.String ? plan.GetProperty("backupId").GetString() : plan.GetProperty("backupId").GetProperty("value").GetString();
    }
}
