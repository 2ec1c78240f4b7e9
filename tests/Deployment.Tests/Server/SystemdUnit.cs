namespace QdrantBackup.Deployment.Tests.Server;

/// <summary>The lines of a unit file, as systemd reads them.</summary>
internal sealed class SystemdUnit
{
    private readonly List<KeyValuePair<string, string>> _lines;

    private SystemdUnit(List<KeyValuePair<string, string>> lines) => _lines = lines;

    /// <summary>The last value of a key.</summary>
    public string this[string key] => _lines.Last(line => line.Key == key).Value;

    /// <summary>The command line that the service is started with.</summary>
    public string[] Command => this["ExecStart"].Split(' ');

    public IEnumerable<KeyValuePair<string, string>> Environment =>
        _lines.Where(line => line.Key == "Environment").Select(line => line.Value.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair[1]));

    public bool Has(string key) => _lines.Exists(line => line.Key == key);

    public static SystemdUnit Read(string path) => new(
        [.. File.ReadLines(path).Where(line => line.Length > 0 && line[0] is not ('#' or '[')).Select(line => line.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair[1]))]);
}
