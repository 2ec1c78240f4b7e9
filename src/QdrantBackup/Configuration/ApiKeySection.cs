using System.Text.RegularExpressions;
using QdrantBackup.Configuration.Access;

namespace QdrantBackup.Configuration;

/// <summary>Reads who may call the HTTP API.</summary>
internal static partial class ApiKeySection
{
    private const int MaxKeys = 256;

    private static readonly string[] Required = ["Name", "Sha256"];

    public static IReadOnlyList<ApiKeyOptions> Read(SettingReader reader)
    {
        var keys = new List<ApiKeyOptions>();
        var numbers = reader.Children("ApiKeys");
        if (numbers.Count > MaxKeys)
        {
            reader.Refuse("ApiKeys", $"has {numbers.Count} keys; at most {MaxKeys} can be configured");
            return keys;
        }

        foreach (var key in numbers.Select(number => $"ApiKeys:{number}"))
        {
            foreach (var part in Required.Where(part => reader.Text($"{key}:{part}") is null))
            {
                reader.RefuseMissing($"{key}:{part}", "Every API key needs a name, the hash of it, and scopes.");
            }

            var name = reader.Text($"{key}:Name", text => NameForm().IsMatch(text));
            var hash = reader.Text($"{key}:Sha256", text => HashForm().IsMatch(text));
            var scopes = ReadScopes(reader, $"{key}:Scopes");
            if (name is not null && hash is not null)
            {
                keys.Add(new ApiKeyOptions(name, hash.ToLowerInvariant(), scopes));
            }
        }

        foreach (var name in keys.GroupBy(key => key.Name).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            reader.Refuse("ApiKeys", $"names '{name}' more than once", "The log names keys, so each needs a name of its own.");
        }

        foreach (var same in keys.GroupBy(key => key.Sha256).Where(group => group.Count() > 1))
        {
            reader.Refuse("ApiKeys", $"gives {string.Join(" and ", same.Select(key => $"'{key.Name}'"))} the same key", "Generate one key for each.");
        }

        return keys;
    }

    private static ApiScopes ReadScopes(SettingReader reader, string key)
    {
        var scopes = ApiScopes.None;
        foreach (var number in reader.Children(key))
        {
            scopes |= reader.Value($"{key}:{number}", ApiScopes.None, ParseScope);
        }

        scopes |= reader.Value(key, ApiScopes.None, ParseList);
        if (reader.Text(key) is null && reader.Children(key).Count == 0)
        {
            reader.RefuseMissing(key, "Give at least one of read, backup, restore and admin.");
        }

        return scopes;
    }

    private static ApiScopes? ParseList(string text)
    {
        var scopes = text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(ParseScope).ToList();
        return scopes.Count == 0 || scopes.Contains(null) ? null : scopes.Aggregate(ApiScopes.None, (all, scope) => all | scope!.Value);
    }

    private static ApiScopes? ParseScope(string text) => text.ToLowerInvariant() switch
    {
        "read" => ApiScopes.Read,
        "backup" => ApiScopes.Backup,
        "restore" => ApiScopes.Restore,
        "admin" => ApiScopes.Admin,
        _ => null,
    };

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NameForm();

    [GeneratedRegex("^[0-9a-fA-F]{64}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HashForm();
}
