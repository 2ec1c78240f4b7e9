using System.Text.Json;
using Fixtures = QdrantBackup.Harness.Fixtures;
using QdrantBackup.Harness;
using QdrantBackup.Integration.Tests.Storage;
using QdrantBackup.Tests.Storage;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>The storage service or the way to it fails in the middle: what was committed stays whole, and backups and restores come through.</summary>
public sealed class StoreFaultTests(Azurite azurite)
{
    private const string Before = "late-interaction";
    private static readonly string[] Later = ["hermes_vectors", "empty"];

    [Theory]
    [InlineData(Trouble.Busy, Trouble.Throttled)]
    [InlineData(Trouble.LostRequest, Trouble.LostAnswer, Trouble.TornAnswer)]
    public async Task A_backup_and_a_restore_come_through_a_storm(params Trouble[] storm)
    {
        // Every sixth request, so that retries of one request meet with trouble too, though never with all of them.
        await using var link = await TroubledLink.OpenAsync(await azurite.LocationAsync("any"));
        await ComesThroughAsync(link, await azurite.NewContainerAsync(), () => link.Weather = n => n % 6 == 0 ? storm[n / 6 % storm.Length] : Trouble.None);

        Assert.True(link.Troubled > 10, $"only {link.Troubled} requests met with trouble");
    }

    [Fact]
    public async Task A_backup_and_a_restore_come_through_a_slow_link()
    {
        await using var link = await TroubledLink.OpenAsync(await azurite.LocationAsync("any"));
        await ComesThroughAsync(link, await azurite.NewContainerAsync(), () => link.Weather = _ => Trouble.Slow);

        Assert.True(link.Troubled > 20, $"only {link.Troubled} requests were slow");
    }

    [Fact]
    public async Task A_backup_outlives_a_service_that_is_stopped_and_started_again()
    {
        using var data = new TempFolder();
        var service = await AzuriteProcess.StartAsync(data.Path);
        try
        {
            await using var link = await TroubledLink.OpenAsync(service.Location("any"));
            var location = await service.NewContainerAsync("store");
            Task? restart = null;
            await ComesThroughAsync(link, location, () => restart = RestartAsync());
            await restart!;

            async Task RestartAsync()
            {
                await link.AfterAsync(requests: 15);
                var port = service.Address.Port;
                await service.StopAsync();
                service = await AzuriteProcess.StartAsync(data.Path, port);
            }
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    /// <summary>A good backup, then trouble during another one and a restore of it, then fair weather in which both are read.</summary>
    private static async Task ComesThroughAsync(TroubledLink link, string location, Action begin)
    {
        await using var site = await Site.StartAsync([Before], link.Through(location));
        await using var app = await AppProcess.StartAsync(site.Files);
        var first = await app.Api.StartBackupAsync();
        AssertDone(await app.Api.FinishBackupAsync(first), app);
        foreach (var name in Later)
        {
            site.Qdrant.SetCollection(name, Path.Combine(Fixtures.Snapshots, $"{name}.snapshot"));
        }

        var source = site.Hashes();
        begin();
        var second = await app.Api.StartBackupAsync();
        AssertDone(await app.Api.FinishBackupAsync(second), app);
        source.Keys.ToList().ForEach(site.Qdrant.RemoveCollection);
        AssertDone(await app.Api.FinishRestoreAsync(await app.Api.StartRestoreAsync(new { backupId = second })), app);
        Assert.Equal(source, site.Hashes());

        link.Weather = _ => Trouble.None;
        AssertDone(await app.Api.FinishVerificationAsync(first), app);
        AssertDone(await app.Api.FinishVerificationAsync(second), app);
    }

    private static void AssertDone(JsonElement end, AppProcess app) => Assert.True(Installation.IsDone(end), $"{end}\n{app.Output}");
}
