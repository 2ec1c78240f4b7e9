namespace Infra.Tests.Compiler;

/// <summary>A copy of infra-bicep that a test may change, gone when the test is over.</summary>
internal sealed class TemplateFolder : IDisposable
{
    // What the template reads of its surroundings, environment(), the compiler cannot know here: this is the public cloud.
    private const string PublicCloud = "\nparam cloud = { storageSuffix: 'core.windows.net', vaultSuffix: '.vault.azure.net' }\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("infra-");

    public TemplateFolder()
    {
        foreach (var file in Repository.Files("*", "infra-bicep").Where(file => !file.EndsWith(".json", StringComparison.Ordinal)))
        {
            Copy(file, Path.GetRelativePath("infra-bicep", file));
        }

        foreach (var file in Repository.Files("*.bicepparam", "tests/Infra.Tests/variants"))
        {
            Copy(file, Path.GetFileName(file), text => text.Replace("'../../../infra-bicep/main.bicep'", "'main.bicep'", StringComparison.Ordinal));
        }

        foreach (var variant in Directory.EnumerateFiles(_folder.FullName, "*.bicepparam"))
        {
            File.AppendAllText(variant, PublicCloud);
        }

        // A mutation is to be caught by an assertion, not by the linter that it also annoys.
        File.WriteAllText(PathOf("bicepconfig.json"), """{ "analyzers": { "core": { "enabled": false } } }""");
    }

    /// <summary>The files of parameters there are: those that people use, and those of these tests.</summary>
    public static IReadOnlyList<string> Variants { get; } =
        [.. Repository.Files("*.bicepparam", "infra-bicep", "tests/Infra.Tests/variants").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    public string PathOf(string file) => Path.Combine(_folder.FullName, file);

    /// <summary>Whether a text stands at exactly one place.</summary>
    public bool Holds(string file, string text) => File.ReadAllText(PathOf(file)).Split(text).Length == 2;

    /// <summary>Replaces the one place where a text stands.</summary>
    public void Replace(string file, string text, string by)
    {
        Assert.True(Holds(file, text), $"{file} must hold exactly once: {text}");
        File.WriteAllText(PathOf(file), File.ReadAllText(PathOf(file)).Replace(text, by, StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Copy(string from, string to, Func<string, string>? change = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(to))!);
        var text = File.ReadAllText(Repository.Path(from));
        File.WriteAllText(PathOf(to), change?.Invoke(text) ?? text);
    }
}
