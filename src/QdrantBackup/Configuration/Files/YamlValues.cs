using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace QdrantBackup.Configuration.Files;

/// <summary>Flattens YAML.</summary>
internal static partial class YamlValues
{
    // Far more than a configuration has; aliases of aliases could unfold to more than there is time for, without a single value.
    private const int MaxNodes = 100_000;

    public static IReadOnlyDictionary<string, FileValue> Read(string text, string path)
    {
        var values = new FileValues(path);
        var stream = new YamlStream();
        try
        {
            YamlShape.Check(values, text);
            stream.Load(new StringReader(text));
        }
        catch (YamlException exception)
        {
            // The library's exception is not passed on as a cause: it may quote a value, and a value may be a secret.
            throw values.Broken(exception.Start.Line, Reason(exception));
        }

        if (stream.Documents.Count > 1)
        {
            throw values.Broken(stream.Documents[1].RootNode.Start.Line, "a second document begins there");
        }

        if (stream.Documents.Count == 1)
        {
            var root = stream.Documents[0].RootNode as YamlMappingNode ?? throw values.Broken(1, "it must begin with backup:");
            var nodes = 0;
            Visit(values, string.Empty, root, ref nodes);
        }

        return values.All;
    }

    private static string Reason(YamlException exception) => exception is AnchorNotFoundException
        ? "a value that begins with * must stand in quotes"
        : QuotesNoValue().IsMatch(exception.Message) ? $"it is not YAML ({exception.Message.TrimEnd('.')})" : "it is not YAML there";

    /// <summary>Words of the library's own, and signs such as ':' that it expected.</summary>
    [GeneratedRegex("""^(While|Found|Did|did) ([A-Za-z ,.-]|'[^A-Za-z0-9']{1,3}')*$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex QuotesNoValue();

    private static void Visit(FileValues values, string key, YamlNode node, ref int nodes)
    {
        if (++nodes > MaxNodes)
        {
            throw values.Broken(node.Start.Line, $"it unfolds to more than {MaxNodes} entries");
        }

        switch (node)
        {
            case YamlMappingNode mapping:
                foreach (var (name, child) in mapping.Children)
                {
                    var text = (name as YamlScalarNode)?.Value ?? throw values.Broken(name.Start.Line, "a key must be a plain name");
                    Visit(values, values.Below(key, text, name.Start.Line), child, ref nodes);
                }

                break;
            case YamlSequenceNode sequence:
                for (var i = 0; i < sequence.Children.Count; i++)
                {
                    Visit(values, values.Below(key, $"{i}", sequence.Start.Line), sequence.Children[i], ref nodes);
                }

                break;
            case YamlScalarNode scalar:
                var isNull = scalar.Style == ScalarStyle.Plain && scalar.Value is null or "" or "~" or "null";
                values.Add(key, isNull ? null : scalar.Value, scalar.Start.Line);
                break;
        }
    }
}
