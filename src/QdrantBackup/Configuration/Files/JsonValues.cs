using System.Text;
using System.Text.Json;

namespace QdrantBackup.Configuration.Files;

/// <summary>Flattens JSON; comments and trailing commas are allowed.</summary>
internal static class JsonValues
{
    public static IReadOnlyDictionary<string, FileValue> Read(string text, string path)
    {
        var values = new FileValues(path);
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 32 });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw values.Broken(1, "it must be an object with the member backup");
            }

            Visit(values, string.Empty, ref reader, bytes);
            while (reader.Read())
            {
                // Reads to the end, so that anything after the object is found and refused.
            }
        }
        catch (JsonException exception)
        {
            // Not as a cause: the reader quotes what it could not read, and that may be a secret.
            throw values.Broken((exception.LineNumber ?? 0) + 1, "it is not JSON there");
        }

        return values.All;
    }

    private static void Visit(FileValues values, string key, ref Utf8JsonReader reader, byte[] bytes)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var below = values.Below(key, reader.GetString()!, Line(reader, bytes));
                    reader.Read();
                    Visit(values, below, ref reader, bytes);
                }

                break;
            case JsonTokenType.StartArray:
                for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
                {
                    Visit(values, values.Below(key, $"{i}", Line(reader, bytes)), ref reader, bytes);
                }

                break;
            case JsonTokenType.String:
                values.Add(key, reader.GetString(), Line(reader, bytes));
                break;
            case JsonTokenType.Null:
                values.Add(key, text: null, Line(reader, bytes));
                break;
            default:
                values.Add(key, Encoding.UTF8.GetString(reader.ValueSpan), Line(reader, bytes));
                break;
        }
    }

    private static long Line(Utf8JsonReader reader, byte[] bytes) => 1 + bytes.AsSpan(0, (int)reader.TokenStartIndex).Count((byte)'\n');
}
