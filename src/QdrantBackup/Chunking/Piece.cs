namespace QdrantBackup.Chunking;

/// <summary>The next bytes of a stream: a chunk, or bytes that stand in the chunk list itself.</summary>
/// <param name="IsInline">True for bytes that stand in the list (headers, padding, small members).</param>
/// <param name="Bytes">The bytes; valid until the chunker is used again.</param>
public readonly record struct Piece(bool IsInline, ReadOnlyMemory<byte> Bytes);
