using System.Net;
using System.Net.Http.Headers;

namespace QdrantBackup.Tests.OnAzure;

/// <summary>A blob service with scripted answers, request by request.</summary>
internal sealed class ScriptedTransport(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    private int _requests;

    public int Requests => _requests;

    public static HttpResponseMessage Answer(int status, string? errorCode = null, string body = "")
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body)) };
        response.Headers.TryAddWithoutValidation("x-ms-request-id", "0f0f0f0f-1111-2222-3333-444444444444");
        response.Headers.ETag = new EntityTagHeaderValue("\"0x1\"");
        response.Content.Headers.LastModified = new DateTimeOffset(2026, 3, 1, 2, 0, 0, TimeSpan.Zero);
        if (errorCode is not null)
        {
            response.Headers.TryAddWithoutValidation("x-ms-error-code", errorCode);
        }

        return response;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _requests);
        return Task.FromResult(answer(request));
    }
}
