using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using QdrantBackup.OnAzure;
using QdrantBackup.Storage;

namespace QdrantBackup.Tests.OnAzure;

/// <summary>Failures and odd answers of the service, and how the store handles them.</summary>
public sealed class BlobStoreTests
{
    private const string Signature = "sig=c2VjcmV0LXNpZ25hdHVyZQ%3D%3D";
    private static readonly Uri Container = new($"https://account.blob.core.windows.net/qdrant?sv=2026-01-01&sp=rw&{Signature}");
    private static readonly BlobName Lease = new("leases/production");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(403, "AuthorizationPermissionMismatch", false, "Storage Blob Data Contributor")]
    [InlineData(403, "AuthenticationFailed", false, "renew the SAS")]
    [InlineData(401, "InvalidAuthenticationInfo", false, "Storage Blob Data Contributor")]
    [InlineData(403, "AuthorizationFailure", false, "firewall")]
    [InlineData(404, "ContainerNotFound", false, "Create the container")]
    [InlineData(429, "TooManyRequests", true, "repeated by itself")]
    [InlineData(503, "ServerBusy", true, "repeated by itself")]
    [InlineData(500, "InternalError", true, "repeated by itself")]
    [InlineData(409, "ContainerBeingDeleted", true, "documentation")]
    [InlineData(400, "InvalidHeaderValue", false, "documentation")]
    public async Task A_refusal_has_a_hint_and_hides_the_SAS(int status, string code, bool isTransient, string hint)
    {
        var store = Open(_ => ScriptedTransport.Answer(status, code, $"the service quotes {Signature}"));

        Func<Task>[] calls =
        [
            () => store.PutAsync(Lease, default, PutCondition.Always, null, Cancellation),
            () => store.GetAsync(Lease, 1, Cancellation),
            () => store.FindAsync(Lease, Cancellation),
            () => store.DeleteAsync(Lease, null, Cancellation),
            async () => await store.ListAsync("", Cancellation).ToListAsync(Cancellation),
        ];
        foreach (var call in calls)
        {
            var failure = await Assert.ThrowsAsync<StoreException>(call);
            Assert.Equal(isTransient, failure.IsTransient);
            Assert.Contains(hint, failure.Hint, StringComparison.Ordinal);
            Assert.Contains(code, failure.Message, StringComparison.Ordinal);
            Assert.Contains("https://account.blob.core.windows.net/qdrant", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("sig=", failure.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_service_that_cannot_be_reached_is_a_transient_failure_without_the_SAS()
    {
        var store = Open(_ => throw new HttpRequestException("Connection refused (account.blob.core.windows.net:443)"));

        var failure = await Assert.ThrowsAsync<StoreException>(() => store.GetAsync(Lease, 1, Cancellation));

        Assert.True(failure.IsTransient);
        Assert.Contains("not reachable", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sig=", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blob_under_an_immutability_policy_is_an_error_of_its_own()
    {
        var store = Open(_ => ScriptedTransport.Answer(409, "BlobImmutableDueToPolicy"));

        await Assert.ThrowsAsync<ImmutableBlobException>(() => store.DeleteAsync(Lease, null, Cancellation));
    }

    [Theory]
    [InlineData(400, "InvalidQueryParameterValue")]
    [InlineData(409, "FeatureNotYetSupportedForHierarchicalNamespaceAccounts")]
    public async Task If_an_account_has_no_tags_an_expired_blob_is_deleted(int status, string code)
    {
        var requests = new List<string>();
        var store = Open(request =>
        {
            requests.Add($"{request.Method} {request.RequestUri!.AbsolutePath}{(request.RequestUri.Query.Contains("comp=tags", StringComparison.Ordinal) ? " tags" : "")}");
            return request.Method == HttpMethod.Put ? ScriptedTransport.Answer(status, code) : ScriptedTransport.Answer(202);
        });

        await store.ExpireAsync(Lease, Cancellation);

        Assert.Equal(["PUT /qdrant/leases/production tags", "DELETE /qdrant/leases/production"], requests);
    }

    [Fact]
    public async Task A_put_whose_answer_was_lost_finds_its_own_blob_and_has_won()
    {
        string? mark = null;
        var store = Open(request =>
        {
            if (request.Method == HttpMethod.Put && mark is null)
            {
                mark = request.Headers.GetValues("x-ms-meta-put").Single();
                throw new HttpRequestException("the answer was lost");
            }

            return request.Method == HttpMethod.Put ? ScriptedTransport.Answer(409, "BlobAlreadyExists") : WithMark(mark!);
        }, retries: 1);

        var entry = await store.PutAsync(Lease, "mine"u8.ToArray(), PutCondition.OnlyIfAbsent, null, Cancellation);

        Assert.Equal("\"0x1\"", entry.ETag);
    }

    [Theory]
    [InlineData(409, "BlobAlreadyExists")]
    [InlineData(412, "ConditionNotMet")]
    public async Task A_put_that_finds_another_writers_blob_has_lost(int status, string code)
    {
        var store = Open(request => request.Method == HttpMethod.Put ? ScriptedTransport.Answer(status, code) : WithMark("another's"));

        await Assert.ThrowsAsync<StoreConflictException>(() => store.PutAsync(Lease, "mine"u8.ToArray(), PutCondition.OnlyIfAbsent, null, Cancellation));
        await Assert.ThrowsAsync<StoreConflictException>(() => store.PutAsync(Lease, "mine"u8.ToArray(), PutCondition.OnlyIfMatch("\"0x0\""), null, Cancellation));
    }

    [Fact]
    public async Task A_blob_of_64_MiB_is_put_by_one_request()
    {
        var transport = new ScriptedTransport(_ => ScriptedTransport.Answer(201));

        await Open(transport, 0).PutAsync(Lease, new byte[64 << 20], PutCondition.Always, null, Cancellation);

        Assert.Equal(1, transport.Requests);
    }

    private static HttpResponseMessage WithMark(string mark)
    {
        var response = ScriptedTransport.Answer(200);
        response.Headers.TryAddWithoutValidation("x-ms-meta-put", mark);
        return response;
    }

    private static BlobStore Open(Func<HttpRequestMessage, HttpResponseMessage> answer, int retries = 0) => Open(new ScriptedTransport(answer), retries);

    private static BlobStore Open(ScriptedTransport transport, int retries)
    {
        var options = BlobStoreOptions.Create(TimeProvider.System);
        options.RetryPolicy = null;
        options.Transport = new HttpClientTransport(transport);
        options.Retry.MaxRetries = retries;
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        return new BlobStore(new BlobContainerClient(Container, options));
    }
}
