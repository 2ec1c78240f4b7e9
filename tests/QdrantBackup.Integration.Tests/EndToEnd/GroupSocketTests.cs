using System.Net;
using QdrantBackup.Cli.Connection;
using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>The socket by which the users of a group reach the service: it opens the product's own API and nothing else.</summary>
public sealed class GroupSocketTests
{
    [Fact]
    public async Task The_socket_opens_the_products_API_and_not_what_steps_over_it()
    {
        await using var site = await Site.StartAsync(["empty"]);
        var socket = Path.Combine(site.Files.Folder, "api.sock");
        await using var app = await AppProcess.StartAsync(site.Files, new Dictionary<string, string> { ["LocalFunctions__GroupSocket"] = socket });
        using var http = ServerConnection.Open(new Uri("http://localhost"), apiKey: null, allowsPlainHttp: false, socket);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, "/api/v1/runs"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, "/runtime/webhooks/durabletask/instances"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, "/admin/functions"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(socket));
    }

    [Fact]
    public async Task A_socket_that_a_killed_server_left_is_no_obstacle_and_another_file_in_its_place_is_left_alone()
    {
        await using var site = await Site.StartAsync(["empty"]);
        var environment = new Dictionary<string, string> { ["LocalFunctions__GroupSocket"] = Path.Combine(site.Files.Folder, "api.sock") };
        await using (var first = await AppProcess.StartAsync(site.Files, environment))
        {
            await first.KillAsync();
        }

        await using (var second = await AppProcess.StartAsync(site.Files, environment))
        {
            await second.Api.GetAsync("/api/v1/runs");
            await second.KillAsync();
        }

        File.Delete(environment["LocalFunctions__GroupSocket"]);
        await File.WriteAllTextAsync(environment["LocalFunctions__GroupSocket"], "mine", TestContext.Current.CancellationToken);
        var refused = await Installation.CommandAsync(["serve", "--urls", "http://127.0.0.1:0", .. site.Files.Options], environment);

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Equal("mine", await File.ReadAllTextAsync(environment["LocalFunctions__GroupSocket"], TestContext.Current.CancellationToken));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
