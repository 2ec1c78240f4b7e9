using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using QdrantBackup.Harness;
using QdrantBackup.Tests;

namespace LocalFunctions.Tests.Hosting.Documented;

/// <summary>The official documentation's own examples are sent as they stand there: they were not written for this runtime.</summary>
public sealed partial class DocumentedExamplesTests(ITestOutputHelper output)
{

    // The key that the page's addresses carry.
    private static readonly string DocumentedKey = new('X', 3);

    [Fact]
    [Trait("Honours", "6 Documented examples")]
    public async Task Every_example_of_the_official_reference_is_answered_as_it_is_documented()
    {
        const string HostJson = """
            { "version": "2.0", "extensions": { "durableTask": { "hubName": "DurableFunctionsHub", "storageProvider": { "connectionName": "Storage" } } } }
            """;
        await using var app = await TestApp.StartAsync(
            [typeof(DocumentedFunctions)], builder => builder.Configuration["LocalFunctions:SystemKey"] = DocumentedKey, HostJson);
        var id = "";
        var examples = Example.Read(Repository.Path("tests/LocalFunctions.Tests/Hosting/Documented/http-api-reference.http"));
        foreach (var example in examples)
        {
            output.WriteLine(example.Title);
            using var answer = await SendAsync(app, example, id);
            var body = await answer.Content.ReadAsStringAsync();
            Assert.True(example.Status == (int)answer.StatusCode, $"{example.Title}: {(int)answer.StatusCode} {body}");
            id = StartedId(answer, body) ?? id;
            Compare(app, example, answer, body, id);
        }

        Assert.Equal(25, examples.Count);
    }

    private static Task<HttpResponseMessage> SendAsync(TestApp app, Example example, string id) =>
        Waiting.FindAsync($"'{example.RequestLine}' to answer {example.Status} as documented", async () =>
        {
            using var request = Request(example, id);
            var answer = await app.Http.SendAsync(request);
            if (!example.IsRepeated || (example.Status == (int)answer.StatusCode && Matches(example, await answer.Content.ReadAsStringAsync())))
            {
                return answer;
            }

            answer.Dispose();
            return null;
        });

    private static HttpRequestMessage Request(Example example, string id)
    {
        var line = example.RequestLine.Replace("{id}", id, StringComparison.Ordinal).Split(' ');
        var request = new HttpRequestMessage(new HttpMethod(line[0]), new Uri(line[1], UriKind.Relative));
        var type = example.Headers.FirstOrDefault(header => header.StartsWith("Content-Type: ", StringComparison.Ordinal));
        if (type is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(example.Body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type["Content-Type: ".Length..]);
        }

        return request;
    }

    // A status that is waited for may be on its way: Running before Suspended, for one.
    private static bool Matches(Example example, string body) =>
        RuntimeStatus().Match(example.AnswerBody) is not { Success: true } wanted || body.Contains(wanted.Value.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);

    private static string? StartedId(HttpResponseMessage answer, string body) =>
        answer.RequestMessage!.RequestUri!.AbsolutePath.Contains("/orchestrators/", StringComparison.Ordinal) && body.StartsWith('{')
            ? JsonElement.Parse(body).TryGetProperty("id", out var id) ? id.GetString() : null
            : null;

    private static void Compare(TestApp app, Example example, HttpResponseMessage answer, string body, string id)
    {
        string Filled(string text) => text
            .Replace("{id}", id, StringComparison.Ordinal)
            .Replace("{host}", app.Address.Authority, StringComparison.Ordinal);
        foreach (var header in example.AnswerHeaders.Select(header => header.Split(": ", 2)))
        {
            Assert.Equal(Filled(header[1]), string.Join(',', answer.Headers.Concat(answer.Content.Headers).Single(given => given.Key == header[0]).Value));
        }

        if (example.AnswerBody.Length > 0)
        {
            Compare(example.Title, JsonElement.Parse(Filled(example.AnswerBody)), JsonElement.Parse(body));
        }
        else if (example.Status is 202 or 404 or 410 && !example.RequestLine.Contains("/orchestrators/", StringComparison.Ordinal))
        {
            Assert.Equal("", body);
        }
    }

    /// <summary>Everything that is documented is there. There may be more: the page leaves members out that later versions added.</summary>
    private static void Compare(string place, JsonElement documented, JsonElement given)
    {
        Assert.True(documented.ValueKind == given.ValueKind, $"{place} is {given}");
        switch (documented.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in documented.EnumerateObject())
                {
                    Assert.True(given.TryGetProperty(member.Name, out var value), $"{place} has no {member.Name}");
                    Compare($"{place}.{member.Name}", member.Value, value);
                }

                break;
            case JsonValueKind.Array:
                Assert.Equal(documented.GetArrayLength(), given.GetArrayLength());
                foreach (var (one, other) in documented.EnumerateArray().Zip(given.EnumerateArray()))
                {
                    Compare(place + "[]", one, other);
                }

                break;
            case JsonValueKind.String when documented.GetString() == "{second}":
                Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", given.GetString());
                break;
            case JsonValueKind.String when documented.GetString() == "{instant}":
                Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$", given.GetString());
                break;
            default:
                Assert.Equal(documented.ToString(), given.ToString());
                break;
        }
    }

    [GeneratedRegex("\"runtimeStatus\": \"\\w+\"")]
    private static partial Regex RuntimeStatus();
}
