using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using QdrantBackup.App.Http;
using QdrantBackup.Cli.Output;

namespace QdrantBackup.Cli.Connection;

/// <summary>Speaks the HTTP API (docs/api.md): JSON in and out, problems as <see cref="ApiProblem"/>.</summary>
/// <param name="http">The connection.</param>
/// <param name="time">The clock.</param>
/// <param name="moveAsync">Turns to another process when this one does not listen any more, so that nothing was sent; null as its result, or without it, the error stands.</param>
internal sealed class ApiClient(HttpClient http, TimeProvider time, Func<Task<HttpClient?>>? moveAsync = null)
{
    private HttpClient _http = http;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);

    public Task<JsonElement> PostAsync<T>(string path, T body, CancellationToken cancellationToken) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: Json) }, cancellationToken);

    public Task<JsonElement> DeleteAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Delete, path), cancellationToken);

    private async Task<JsonElement> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await SendOnceAsync(make(), cancellationToken);
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError && moveAsync is not null && !cancellationToken.IsCancellationRequested)
            {
                if (await moveAsync() is not { } moved)
                {
                    throw;
                }

                _http = moved;
            }
        }
    }

    private async Task<JsonElement> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            // Hints name commands to somebody who can give them.
            request.Headers.Add("Prefer", Wording.Commands);
            using var response = await AnswerAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return text.Length == 0 ? default : Parse(text);
            }

            throw (int)response.StatusCode is >= 300 and < 400 ? Redirected(response) : Problem(response, text);
        }
    }

    private static JsonElement Parse(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            throw new ApiProblem(HttpStatusCode.BadGateway, "", "the server answered with something else than JSON", "Is --server the address of a qdrant-backup server?");
        }
    }

    // HttpClient tells a time that ran out as a cancellation. Its answers come whole, so nothing later can stand still.
    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        try
        {
            return await _http.SendAsync(request, cancellationToken);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ApiSilence(_http.BaseAddress, time.GetElapsedTime(began), e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
    }

    private static ApiProblem Redirected(HttpResponseMessage response)
    {
        var target = response.Headers.Location is { IsAbsoluteUri: true } location ? $" to {location.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}" : "";
        return new ApiProblem(
            response.StatusCode, "", $"the server answered {(int)response.StatusCode} and sends the command on{target}, which was not followed: the key is meant for the address that was given",
            "Give the address of the qdrant-backup server itself with --server.");
    }

    private static ApiProblem Problem(HttpResponseMessage response, string text)
    {
        try
        {
            var problem = JsonElement.Parse(text);
            var hint = problem.Text("hint") ?? "Look at the server's log.";
            var detail = problem.Text("detail") ?? problem.Text("title") ?? "the server refused";

            // The detail ends with the hint, for callers that show nothing else.
            var message = detail.EndsWith(hint, StringComparison.Ordinal) ? detail[..^hint.Length].TrimEnd(' ', '.') : detail;
            return new ApiProblem(response.StatusCode, problem.Text("type") ?? "", message, hint, problem.Text("id"), problem.Member("doesTheSame") is { ValueKind: JsonValueKind.True });
        }
        catch (JsonException)
        {
            return new ApiProblem(response.StatusCode, "", $"the server answered {(int)response.StatusCode} without saying why", "Is --server the address of a qdrant-backup server?");
        }
    }
}
