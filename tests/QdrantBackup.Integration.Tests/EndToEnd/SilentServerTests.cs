using System.Net;
using QdrantBackup.Cli;
using QdrantBackup.Cli.Connection;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>A time that ran out is no cancellation, and a cancellation is no failure of whatever was going on.</summary>
public sealed class SilentServerTests
{
    private static readonly Uri Server = new("http://127.0.0.1:9/");

    [Fact]
    public async Task A_server_that_does_not_answer_in_time_is_told_as_that_and_not_as_cancelled()
    {
        using var http = new HttpClient(new Silent()) { BaseAddress = Server, Timeout = TimeSpan.FromMilliseconds(50) };

        var failure = await Assert.ThrowsAsync<ApiSilence>(() => new ApiClient(http, TimeProvider.System).GetAsync("/api/v1/backups", TestContext.Current.CancellationToken));

        Assert.Contains("did not answer within", failure.Message, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:9", failure.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, ExitCode.Of(failure));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_command_that_is_cancelled_is_told_as_cancelled_even_if_the_connection_broke_by_it(bool breaks)
    {
        using var cancel = new CancellationTokenSource();
        using var http = new HttpClient(new Silent(breaks)) { BaseAddress = Server };
        var asking = new ApiClient(http, TimeProvider.System).GetAsync("/api/v1/backups", cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    private sealed class Silent(bool breaks = false) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }
            catch (OperationCanceledException e) when (breaks)
            {
                throw new HttpRequestException("the connection broke", e);
            }

            return new HttpResponseMessage(HttpStatusCode.OK);
        }
    }
}
