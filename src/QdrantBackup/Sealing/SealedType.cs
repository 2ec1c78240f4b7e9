namespace QdrantBackup.Sealing;

/// <summary>What a sealed object is; the number stands in its header (docs/format.md §3).</summary>
public enum SealedType : byte
{
    /// <summary>A chunk of a part's bytes, at most 16 MiB.</summary>
    Chunk = 1,

    /// <summary>A chunk list, at most 64 MiB.</summary>
    List = 2,

    /// <summary>A manifest, at most 64 MiB.</summary>
    Manifest = 3,

    /// <summary>Any other document: pins, holds, ends, run records; at most 16 MiB.</summary>
    Record = 4,

    /// <summary>The extract of a manifest for listings, at most 4 KiB.</summary>
    Summary = 5,
}

/// <summary>How a writer compresses before it seals.</summary>
public enum ChunkCompression
{
    /// <summary>Never: an attacker who can insert points and watch the store's sizes learns nothing from them.</summary>
    None,

    /// <summary>If a sample promises a gain of 10 %: zstd, on the bytes as they are or after sorting those of 4-byte words (float32 vectors), whichever gains more.</summary>
    Auto,
}

/// <summary>What a keyed hash is for; each use has a sub-key of its own (docs/format.md §2).</summary>
public enum KeyedHashUse
{
    /// <summary>Names of chunk lists.</summary>
    ListHash,

    /// <summary>The chain of manifests.</summary>
    ManifestHash,

    /// <summary>Collection names inside blob names.</summary>
    Names,
}
