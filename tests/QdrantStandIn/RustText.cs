using System.Text.Json.Nodes;

namespace QdrantStandIn;

/// <summary>Configuration as Qdrant prints it in errors, which is how Rust shows its structures.</summary>
internal static class RustText
{
    private static readonly string[] Optional = ["hnsw_config", "quantization_config", "on_disk", "datatype", "multivector_config"];

    public static string Vectors(JsonNode? vectors) => vectors is JsonObject single && single.ContainsKey("size")
        ? $"Single({Parameters(single)})"
        : $"Multi({{{string.Join(", ", (vectors?.AsObject() ?? []).Select(v => $"\"{v.Key}\": {Parameters(v.Value!.AsObject())}"))}}})";

    private static string Parameters(JsonObject vector) =>
        $"VectorParams {{ size: {vector["size"]}, distance: {vector["distance"]}, {string.Join(", ", Optional.Select(name => $"{name}: {Option(vector[name])}"))} }}";

    private static string Option(JsonNode? value) => value is null ? "None" : $"Some({value})";
}
