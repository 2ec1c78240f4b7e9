using System.Text;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Runs;

/// <summary>The ways to damage a record, and a record of a newer version.</summary>
internal static class Damaging
{
    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    /// <summary>Every way, by name.</summary>
    public static TheoryData<string> Ways { get; } = new("emptied", "cut", "longer", "flipped in its body", "flipped in its version", "flipped in its options", "no JSON inside", "another document inside", "too long");

    public static async Task DamageAsync(CaptureRig rig, BlobName name, string way)
    {
        byte[] content = (await rig.Blobs.GetAsync(name, long.MaxValue, Cancellation))!.Content.ToArray();
        byte[] damaged = way switch
        {
            "emptied" => [],
            "cut" => content[..(content.Length / 2)],
            "longer" => [.. content, 0],
            "flipped in its body" => Flipped(content, content.Length - 3),
            "flipped in its version" => Flipped(content, 3),
            "flipped in its options" => Flipped(content, 7),
            "no JSON inside" => Sealed(rig, name, "{ this is no JSON"),
            "another document inside" => Sealed(rig, name, """{"format":1,"what":"another"}"""),
            "too long" => new byte[SealedHeader.MaxSealedLength(SealedType.Record) + 1],
            _ => throw new ArgumentOutOfRangeException(nameof(way), way, "no such way"),
        };
        await rig.Blobs.PutAsync(name, damaged, PutCondition.Always, summary: null, Cancellation);
    }

    /// <summary>Replaces a document by one of a newer version.</summary>
    public static async Task<BlobEntry> PutNewerAsync(CaptureRig rig, BlobName name) =>
        await rig.Blobs.PutAsync(name, Sealed(rig, name, """{"format":2,"whatever":true}"""), PutCondition.Always, summary: null, Cancellation);

    public static byte[] Flipped(byte[] content, int at, int bit = 1)
    {
        byte[] flipped = [.. content];
        flipped[at] ^= (byte)(1 << bit);
        return flipped;
    }

    private static byte[] Sealed(CaptureRig rig, BlobName name, string json) => rig.Store.Sealer.Seal(SealedType.Record, name.Value, Encoding.UTF8.GetBytes(json));
}
