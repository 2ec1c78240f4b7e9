using System.Text.Json;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Soak.World;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Soak.Plants;

/// <summary>Stands between the real program and the store; a plant changes what one kind of request does.</summary>
internal abstract class FaultyStore(IBackupStore inner) : RelayingStore(inner)
{
    protected static bool Is(BlobName name, string folder) => name.Value.StartsWith(folder, StringComparison.Ordinal);

    protected static Pin ReadPin(BlobName name, ReadOnlySpan<byte> content) =>
        SealedStore.ReadDocument(name.Value, StoreContents.Sealer.Open(SealedType.Record, name.Value, content), RunsJson.Default.Pin);

    /// <summary>The same blob with another pin in it.</summary>
    protected static StoredBlob With(StoredBlob blob, Pin pin) =>
        blob with { Content = StoreContents.Sealer.Seal(SealedType.Record, blob.Entry.Name.Value, JsonSerializer.SerializeToUtf8Bytes(pin, RunsJson.Default.Pin)) };

    /// <summary>The answer to a put that never happened.</summary>
    protected static BlobEntry Pretended(BlobName name, ReadOnlyMemory<byte> content) => new(name, content.Length, "\"pretended\"", default, null);
}
