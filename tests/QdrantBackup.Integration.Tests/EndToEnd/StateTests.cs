using System.Net;
using System.Net.Http.Json;
using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>The state directory of the real process: one server at a time, and a disk that is full for a while.</summary>
public sealed class StateTests
{
    [Fact]
    public async Task A_second_server_is_refused_with_the_address_of_the_first_and_takes_over_when_that_was_killed()
    {
        await using var site = await Site.StartAsync(["empty"]);
        await using var first = await AppProcess.StartAsync(site.Files);

        Told.Clearly(await site.RunAsync("serve", "--urls", "http://127.0.0.1:0"), exitCode: 1, "is in use by process", first.Address.ToString());

        await first.KillAsync();
        await using var second = await AppProcess.StartAsync(site.Files);
        Assert.True(Installation.IsDone(await second.Api.FinishBackupAsync(await second.Api.StartBackupAsync())));
    }

    [Fact]
    public async Task A_damaged_state_is_refused_and_told()
    {
        await using var site = await Site.StartAsync(["empty"]);
        Directory.CreateDirectory(site.Files.StateDirectory);
        await File.WriteAllTextAsync(Path.Combine(site.Files.StateDirectory, "durable.db"), new string('x', 4096), TestContext.Current.CancellationToken);

        Told.Clearly(await site.RunAsync("serve", "--urls", "http://127.0.0.1:0"), exitCode: 2, "is damaged or not a database", "Put back a copy");
    }

    [Fact]
    public async Task A_full_disk_is_told_by_ready_and_work_goes_on_by_itself_when_there_is_room()
    {
        await using var site = await Site.StartAsync(["empty"]);
        using var disk = new StateDisk(site.Files.StateDirectory);
        await using var app = await AppProcess.StartThroughAsync(disk.Through, site.Files);

        disk.Fill();
        using var answer = await app.Api.Http.PostAsJsonAsync("/api/v1/backup/create", new { }, TestContext.Current.CancellationToken);
        await UntilReadyIsAsync(app, HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.OK, await StatusOfAsync(app, "/health"));
        disk.Free();
        await UntilReadyIsAsync(app, HttpStatusCode.OK);

        // Either it was begun and goes on, or it was refused, and said why.
        var begun = answer.StatusCode == HttpStatusCode.Accepted
            ? (await answer.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>(TestContext.Current.CancellationToken)).GetProperty("id").GetString()!
            : null;
        if (begun is null)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Contains("Free disk space", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        Assert.True(Installation.IsDone(await app.Api.FinishBackupAsync(begun ?? await app.Api.StartBackupAsync())));
    }

    private static Task UntilReadyIsAsync(AppProcess app, HttpStatusCode status) =>
        Waiting.UntilAsync($"/ready to answer {(int)status}", async () => await StatusOfAsync(app, "/ready") == status, TimeSpan.FromMinutes(2));

    private static async Task<HttpStatusCode> StatusOfAsync(AppProcess app, string path)
    {
        using var answer = await app.Api.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
