using System.Text.Json;

namespace LocalFunctions.Hosting.Settings;

/// <summary><c>local.settings.json</c>: its <c>Values</c> are app settings, as if they were environment variables that the real
/// environment overrides.</summary>
internal static class LocalSettings
{
    public const string FileName = "local.settings.json";

    public static IEnumerable<KeyValuePair<string, string?>> Read(string contentRoot)
    {
        var path = Path.Combine(contentRoot, FileName);
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            return Values(document.RootElement, path);
        }
        catch (JsonException failure)
        {
            throw NotJson(path, failure.LineNumber ?? 0);
        }
    }

    // Neither the reader's words nor its exception: it quotes what it could not read, and settings are secrets.
    private static FunctionsStartupException NotJson(string path, long linesBefore) => new($"'{path}' is not JSON in line {linesBefore + 1}.");

    private static List<KeyValuePair<string, string?>> Values(JsonElement root, string path)
    {
        // As the official tools: a file that does not say it is plain counts as encrypted.
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("IsEncrypted", out var encrypted) || encrypted.ValueKind != JsonValueKind.False)
        {
            throw new FunctionsStartupException($"'{path}' must say \"IsEncrypted\": false; encrypted settings can only be read by the tool that wrote them.");
        }

        var values = new List<KeyValuePair<string, string?>>();
        if (!root.TryGetProperty("Values", out var section) || section.ValueKind == JsonValueKind.Null)
        {
            return values;
        }

        foreach (var value in section.EnumerateObject())
        {
            if (value.Value.ValueKind != JsonValueKind.String)
            {
                throw new FunctionsStartupException($"'{path}': the value of '{value.Name}' must be a string; nested settings are written 'A__B' or 'A:B'.");
            }

            values.Add(new(value.Name.Replace("__", ":", StringComparison.Ordinal), value.Value.GetString()));
        }

        return values;
    }
}
