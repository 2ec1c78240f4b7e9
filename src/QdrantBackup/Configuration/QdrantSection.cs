namespace QdrantBackup.Configuration;

/// <summary>Reads where Qdrant is.</summary>
internal static class QdrantSection
{
    private static readonly Uri DefaultUrl = new("http://localhost:6333");

    public static QdrantOptions Read(SettingReader reader)
    {
        var apiKey = reader.Text("Qdrant:ApiKey", text => text.All(character => character is > ' ' and <= '~'));
        var options = new QdrantOptions
        {
            Nodes = ReadNodes(reader),
            ApiKey = apiKey,
            CaFile = reader.Text("Qdrant:CaFile", Path.IsPathFullyQualified),
            AllowPlainHttp = reader.Flag("Qdrant:AllowPlainHttp", fallback: false),
            SnapshotWait = reader.Value("Qdrant:SnapshotWait", TimeSpan.FromHours(6), text => ValueForms.Duration(text, TimeSpan.FromMinutes(1), TimeSpan.FromDays(7))),
        };

        if (apiKey is not null && !options.AllowPlainHttp)
        {
            foreach (var node in options.Nodes.Where(node => node.Url.Scheme == Uri.UriSchemeHttp && !node.Url.IsLoopback))
            {
                reader.Refuse(
                    "Qdrant:ApiKey",
                    $"would travel readable over plain http to {node.Url.Authority}",
                    "Give the node's https address, or set Qdrant:AllowPlainHttp to true if the network in between is private.");
            }
        }

        return options;
    }

    private static List<QdrantNodeOptions> ReadNodes(SettingReader reader)
    {
        var numbers = reader.Children("Qdrant:Nodes");
        if (numbers.Count == 0)
        {
            return [new QdrantNodeOptions(ReadUrl(reader, "Qdrant:Url") ?? DefaultUrl)];
        }

        if (reader.Text("Qdrant:Url") is not null)
        {
            reader.Refuse("Qdrant:Url", "is given beside Qdrant:Nodes", "Keep one of the two; which one is meant cannot be guessed.");
        }

        var nodes = new List<QdrantNodeOptions>();
        foreach (var key in numbers.Select(number => $"Qdrant:Nodes:{number}"))
        {
            if (reader.Text($"{key}:Url") is null)
            {
                reader.RefuseMissing($"{key}:Url", "Every node needs its own address.");
            }

            var stored = reader.Integer($"{key}:MaxStoredSnapshots", 1, 1, 16);
            if (ReadUrl(reader, $"{key}:Url") is { } url)
            {
                nodes.Add(new QdrantNodeOptions(url, stored));
            }
        }

        foreach (var twice in nodes.GroupBy(node => node.Url).Where(group => group.Count() > 1))
        {
            reader.Refuse("Qdrant:Nodes", $"names {twice.Key} more than once", "Name each node once, by its own address.");
        }

        return nodes;
    }

    private static Uri? ReadUrl(SettingReader reader, string key)
    {
        if (reader.Text(key) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Query.Length == 0 && url.Fragment.Length == 0)
        {
            if (url.UserInfo.Length == 0)
            {
                return url;
            }

            reader.RefuseSecret(key, "must not carry a name or password", "Use Qdrant:ApiKey.");
            return null;
        }

        reader.RefuseForm(key);
        return null;
    }
}
