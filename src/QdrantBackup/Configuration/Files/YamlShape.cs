using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace QdrantBackup.Configuration.Files;

/// <summary>
/// Looks at a YAML text event by event, before nodes are built from it. That takes no stack, whatever the text; building nodes, and comparing those that stand as keys,
/// takes some for every level, and a stack that overflows ends the process without a word.
/// </summary>
internal static class YamlShape
{
    private const int MaxDepth = 32;
    private const int MaxEvents = 100_000;

    /// <summary>Refuses what is nested too deep, has too many entries, or has keys that are no plain names.</summary>
    public static void Check(FileValues values, string text)
    {
        var parser = new Parser(new StringReader(text));
        var open = new Stack<bool?>();
        var anchors = new HashSet<AnchorName>();
        for (var events = 0; parser.MoveNext(); events++)
        {
            var current = parser.Current!;
            if (events >= MaxEvents)
            {
                throw values.Broken(current.Start.Line, $"it has more than {MaxEvents} entries");
            }

            if (current is MappingEnd or SequenceEnd)
            {
                open.Pop();
                continue;
            }

            if (current is not (NodeEvent or AnchorAlias))
            {
                continue;
            }

            if (current is AnchorAlias alias && !anchors.Contains(alias.Value))
            {
                // The alias is not named: it may be a secret that begins with the sign of one.
                throw values.Broken(current.Start.Line, "a value that begins with * must stand in quotes");
            }

            if (current is NodeEvent { Anchor: { IsEmpty: false } anchor })
            {
                anchors.Add(anchor);
            }

            // In a mapping, every other node is a key.
            if (open.TryPop(out var isKey))
            {
                if (isKey == true && current is not Scalar)
                {
                    throw values.Broken(current.Start.Line, "a key must be a plain name");
                }

                open.Push(!isKey);
            }

            if (current is MappingStart or SequenceStart)
            {
                if (open.Count == MaxDepth)
                {
                    throw values.Broken(current.Start.Line, "it is nested too deep");
                }

                open.Push(current is MappingStart ? true : null);
            }
        }
    }
}
