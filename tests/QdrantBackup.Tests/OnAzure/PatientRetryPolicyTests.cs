using System.Globalization;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Time.Testing;
using QdrantBackup.OnAzure;
using QdrantBackup.Storage;

namespace QdrantBackup.Tests.OnAzure;

/// <summary>When and for how long the store's client tries again.</summary>
public sealed class PatientRetryPolicyTests
{
    private static readonly Uri Container = new("https://account.blob.core.windows.net/qdrant?sv=2026-01-01&sig=c2VjcmV0");
    private static readonly BlobName Name = new("leases/production");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("retry-after", "1", 900)]
    [InlineData("x-ms-retry-after-ms", "400", 390)]
    [InlineData("retry-after", "date", 200)]
    public async Task A_service_that_names_a_time_to_come_back_is_not_asked_before(string header, string value, int leastMilliseconds)
    {
        var asked = new List<long>();
        var store = Open(
            _ =>
            {
                asked.Add(TimeProvider.System.GetTimestamp());
                var answer = ScriptedTransport.Answer(asked.Count == 1 ? 503 : 404, asked.Count == 1 ? "ServerBusy" : "BlobNotFound");
                if (asked.Count == 1)
                {
                    answer.Headers.TryAddWithoutValidation(header, value == "date" ? TimeProvider.System.GetUtcNow().AddSeconds(1.9).ToString("R", CultureInfo.InvariantCulture) : value);
                }

                return answer;
            },
            new Patience { Away = TimeSpan.FromSeconds(20), Failing = TimeSpan.FromSeconds(20), LongestPause = TimeSpan.FromMilliseconds(1) },
            out var patience);
        using (patience)
        {
            Assert.Null(await store.FindAsync(Name, Cancellation));
        }

        Assert.Equal(2, asked.Count);
        Assert.InRange(TimeProvider.System.GetElapsedTime(asked[0], asked[1]).TotalMilliseconds, leastMilliseconds, 15_000);
    }

    [Fact]
    public async Task A_requested_wait_beyond_the_patience_ends_the_retries_at_once()
    {
        var requests = 0;
        var store = Open(
            _ =>
            {
                requests++;
                var answer = ScriptedTransport.Answer(503, "ServerBusy");
                answer.Headers.TryAddWithoutValidation("retry-after", "3600");
                return answer;
            },
            Patience.OfRun,
            out var patience);
        using (patience)
        {
            var failure = await Assert.ThrowsAsync<StoreException>(() => store.FindAsync(Name, Cancellation));
            Assert.True(failure.IsTransient && failure.IsSpent);
        }

        Assert.Equal(1, requests);
    }

    [Fact]
    public async Task Retries_end_by_time_not_by_number_and_no_caller_repeats_a_spent_one()
    {
        // Each request takes 30 ms of a clock that only this test moves: the load of the machine does not matter.
        var time = new FakeTimeProvider();
        var requests = 0;
        var store = Open(
            _ =>
            {
                requests++;
                time.Advance(TimeSpan.FromMilliseconds(30));
                throw new HttpRequestException("Connection refused");
            },
            new Patience { Away = TimeSpan.FromMilliseconds(300), Failing = TimeSpan.Zero, LongestPause = TimeSpan.FromMilliseconds(5) },
            out var patience,
            time);
        using (patience)
        {
            Assert.True((await Assert.ThrowsAsync<StoreException>(() => store.FindAsync(Name, Cancellation))).IsSpent);
            Assert.True(requests > 7, $"{requests} requests");

            // The next one finds that the store is away for longer than the patience, and does not wait for all of it again.
            requests = 0;
            await Assert.ThrowsAsync<StoreException>(() => store.FindAsync(Name, Cancellation));
            Assert.Equal(1, requests);
        }
    }

    [Fact]
    public async Task An_ETag_that_a_proxy_made_weak_still_meets_its_condition()
    {
        string? condition = null;
        var store = Open(
            request =>
            {
                condition ??= request.Headers.IfMatch.SingleOrDefault()?.ToString();
                var answer = ScriptedTransport.Answer(request.Method == HttpMethod.Put ? 201 : 200);
                answer.Headers.Remove("ETag");
                answer.Headers.TryAddWithoutValidation("ETag", "W/\"0x1\"");
                return answer;
            },
            Patience.OfRun,
            out var patience);
        using (patience)
        {
            var entry = await store.FindAsync(Name, Cancellation);
            Assert.Equal("\"0x1\"", entry!.ETag);
            await store.PutAsync(Name, "new"u8.ToArray(), PutCondition.OnlyIfMatch(entry.ETag), null, Cancellation);
        }

        Assert.Equal("\"0x1\"", condition);
    }

    private static BlobStore Open(Func<HttpRequestMessage, HttpResponseMessage> answer, Patience patience, out IDisposable inForce, TimeProvider? time = null)
    {
        var options = BlobStoreOptions.Create(time ?? TimeProvider.System);
        options.Transport = new HttpClientTransport(new ScriptedTransport(answer));
        inForce = Patience.Use(patience);
        return new BlobStore(new BlobContainerClient(Container, options));
    }
}
