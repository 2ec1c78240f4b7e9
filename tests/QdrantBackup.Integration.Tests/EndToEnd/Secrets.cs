using System.Text;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>What must not be found anywhere, in every form that it could be written in.</summary>
internal sealed class Secrets
{
    private readonly List<(string Name, byte[] Form)> _forms = [];

    /// <summary>A text, as it stands, as .NET keeps it in memory, and encoded.</summary>
    public void Add(string name, string text)
    {
        AddBytes(name, Encoding.UTF8.GetBytes(text));
        _forms.Add(($"{name} in UTF-16", Encoding.Unicode.GetBytes(text)));
    }

    /// <summary>Bytes, raw and encoded.</summary>
    public void AddBytes(string name, byte[] bytes)
    {
        var base64 = Convert.ToBase64String(bytes).TrimEnd('=');
        _forms.Add((name, bytes));
        _forms.Add(($"{name} in hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes))));
        _forms.Add(($"{name} in capital hex", Encoding.ASCII.GetBytes(Convert.ToHexString(bytes))));
        _forms.Add(($"{name} in base64", Encoding.ASCII.GetBytes(base64)));
        _forms.Add(($"{name} in base64url", Encoding.ASCII.GetBytes(base64.Replace('+', '-').Replace('/', '_'))));
    }

    /// <summary>What of it stands in these bytes.</summary>
    public IEnumerable<string> In(string place, byte[] bytes) =>
        _forms.Where(form => bytes.AsSpan().IndexOf(form.Form) >= 0).Select(form => $"{form.Name} stands in {place}");

    /// <summary>What of it stands in this text.</summary>
    public IEnumerable<string> In(string place, string text) => In(place, Encoding.UTF8.GetBytes(text));

    /// <summary>What of it stands in the files of a folder or in their names.</summary>
    public IEnumerable<string> Below(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).SelectMany(file => In($"the name of {file}", file).Concat(In(file, Read(file))));

    // Others write to some of these files meanwhile.
    private static byte[] Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
