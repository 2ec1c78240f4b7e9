using System.Net.Http.Json;
using System.Security.Cryptography;
using QdrantBackup.Clusters;

namespace QdrantBackup.Demo;

/// <summary>Collections that the demo makes on a real server, under a random prefix of its own, and drops again.</summary>
internal static class DemoCollections
{
    private const int Points = 2_000;
    private const int Dimensions = 64;

    public static async Task<IReadOnlyList<string>> CreateAsync(Uri server, string? apiKey)
    {
        using var http = new HttpClient { BaseAddress = server };
        if (apiKey is not null)
        {
            http.DefaultRequestHeaders.Add("api-key", apiKey);
        }

        var prefix = $"demo-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        string[] names = [$"{prefix}-articles", $"{prefix}-images"];
        foreach (var name in names)
        {
            await SendAsync(http, HttpMethod.Put, $"/collections/{name}", new { vectors = new { size = Dimensions, distance = "Cosine" } });
            var points = Enumerable.Range(1, Points).Select(id => new
            {
                id,
                vector = Enumerable.Range(0, Dimensions).Select(i => Math.Sin((id * 0.37) + (i * 0.11))),
                payload = new { n = id, text = $"point {id} of {name}" },
            });
            await SendAsync(http, HttpMethod.Put, $"/collections/{name}/points?wait=true", new { points });
        }

        return names;
    }

    public static async Task DropAsync(IQdrantNode qdrant, IEnumerable<string> collections)
    {
        foreach (var collection in collections)
        {
            await qdrant.DeleteCollectionAsync(collection, default);
        }
    }

    private static async Task SendAsync(HttpClient http, HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }
}
