using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using Azure.Core;
using Azure.Core.Diagnostics;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using QdrantBackup.OnAzure;
using QdrantBackup.Storage;

namespace QdrantBackup.Tests.OnAzure;

/// <summary>The requests to the service when it should copy from another account, and the handling of its refusals.</summary>
public sealed class BlobStoreCopyingTests
{
    private const string Signature = "sig=c2VjcmV0LXNpZ25hdHVyZQ%3D%3D";
    private static readonly BlobName Chunk = new("chunks/00/a");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_source_opened_by_an_identity_is_read_with_its_token_and_the_blob_must_be_absent()
    {
        HttpRequestMessage? copy = null;
        var target = Open("https://second.blob.core.windows.net/qdrant", request =>
        {
            var isCopy = request.Method == HttpMethod.Put;
            copy = isCopy ? request : copy;
            var answer = ScriptedTransport.Answer(isCopy ? 202 : 200);
            answer.Headers.TryAddWithoutValidation("x-ms-copy-status", "success");
            return answer;
        });
        await target.TryCopyFromAsync(Open("https://first.blob.core.windows.net/qdrant", _ => throw new InvalidOperationException("nothing is asked of the source")), Chunk, Cancellation);
        Assert.Equal("https://first.blob.core.windows.net/qdrant/chunks/00/a", copy!.Headers.GetValues("x-ms-copy-source").Single());
        Assert.Equal("Bearer token-of-the-app", copy.Headers.GetValues("x-ms-copy-source-authorization").Single());
        Assert.Equal("*", copy.Headers.IfNoneMatch.Single().ToString());
        Assert.Equal("true", copy.Headers.GetValues("x-ms-requires-sync").Single());
    }

    [Theory]
    [InlineData(403, "CannotVerifyCopySource")]
    [InlineData(401, "CannotVerifyCopySource")]
    [InlineData(400, "InvalidHeaderValue")]
    public async Task A_refusal_is_no_error_and_is_not_asked_for_again(int status, string code)
    {
        var target = Open("https://second.blob.core.windows.net/qdrant", _ => ScriptedTransport.Answer(status, code));
        var source = Open("https://first.blob.core.windows.net/qdrant", _ => ScriptedTransport.Answer(500));
        Assert.True(target.CanCopyFrom(source));
        Assert.Null(await target.TryCopyFromAsync(source, Chunk, Cancellation));
        Assert.False(target.CanCopyFrom(source));
        Assert.True(target.CanCopyFrom(Open("https://third.blob.core.windows.net/qdrant", _ => ScriptedTransport.Answer(500))));
    }

    [Fact]
    public async Task A_busy_service_is_an_error_that_passes_and_no_refusal()
    {
        var target = Open("https://second.blob.core.windows.net/qdrant", _ => ScriptedTransport.Answer(503, "ServerBusy"));
        var source = Open("https://first.blob.core.windows.net/qdrant", _ => ScriptedTransport.Answer(500));
        Assert.True((await Assert.ThrowsAsync<StoreException>(() => target.TryCopyFromAsync(source, Chunk, Cancellation))).IsTransient);
        Assert.True(target.CanCopyFrom(source));
    }

    [Fact]
    public async Task The_SAS_of_the_source_is_in_no_log_and_no_error()
    {
        var lines = new ConcurrentQueue<string>();
        using var listener = new AzureEventSourceListener((_, line) => lines.Enqueue(line), EventLevel.Verbose);
        var target = Open("https://second.blob.core.windows.net/qdrant", _ => ScriptedTransport.Answer(503, "ServerBusy", $"the service quotes {Signature}"));
        using var sourceTransport = new HttpClientTransport(new ScriptedTransport(_ => ScriptedTransport.Answer(500)));
        var source = new BlobStore(new BlobContainerClient(new Uri($"https://first.blob.core.windows.net/qdrant?sv=2026-01-01&sp=r&{Signature}"), With(sourceTransport)));
        var failure = await Assert.ThrowsAsync<StoreException>(() => target.TryCopyFromAsync(source, Chunk, Cancellation));
        Assert.DoesNotContain("sig=", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains(lines, l => l.Contains("second.blob.core.windows.net", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.Contains("c2VjcmV0", StringComparison.Ordinal));
    }

    private static BlobStore Open(string container, Func<HttpRequestMessage, HttpResponseMessage> answer)
    {
        var credential = new FixedCredential();
        return new BlobStore(new BlobContainerClient(new Uri(container), credential, With(new HttpClientTransport(new ScriptedTransport(answer)))), TimeProvider.System, credential);
    }

    private static BlobClientOptions With(HttpPipelineTransport transport)
    {
        var options = BlobStoreOptions.Create(TimeProvider.System);
        options.RetryPolicy = null;
        options.Transport = transport;
        options.Retry.MaxRetries = 0;
        return options;
    }

    private sealed class FixedCredential : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => new("token-of-the-app", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }
}
