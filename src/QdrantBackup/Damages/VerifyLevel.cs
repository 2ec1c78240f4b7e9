using System.Text.Json.Serialization;

namespace QdrantBackup.Damages;

/// <summary>How deep a verification goes; each level proves what the ones before it do.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VerifyLevel>))]
public enum VerifyLevel
{
    /// <summary>Manifest and lists open, every chunk is there with its length, and chunks known to be damaged are read back.</summary>
    [JsonStringEnumMemberName("exists")]
    Exists,

    /// <summary>Everything is read back, authenticated, rebuilt and its SHA-256 compared.</summary>
    [JsonStringEnumMemberName("readable")]
    Readable,

    /// <summary>What is rebuilt is what Qdrant takes: a whole archive with the members it must hold, and every shard is covered.</summary>
    [JsonStringEnumMemberName("restorable")]
    Restorable,
}
