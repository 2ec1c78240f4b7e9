using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Catalog;
using QdrantBackup.Keys;
using QdrantBackup.Parts;
using QdrantBackup.Storage.Directories;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Chunking;

namespace QdrantBackup.Tests.Vectors;

/// <summary>
/// A small store in a directory as the real writer makes it: three backups, chunks of every compression, parts in one range and in several, bytes inline, chunks that
/// are shared within a part, between parts and between backups.
/// </summary>
internal static class SmallStore
{
    /// <summary>Makes one in a folder that does not exist yet, with a new key file beside it (<c>.key</c>) and what must come back (<c>.expect</c>).</summary>
    public static async Task MakeAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        using var recipient = KeyFileRecipient.Create(folder + ".key");
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 9, 1, 2, 0, 0, TimeSpan.Zero));
        var blobs = new DirectoryStore(folder, time);
        StorePins pins = await StoreCreation.InitializeAsync(blobs, [recipient], time, cancellationToken);
        var node = new FakeNode { Collections = { ["docs"] = Docs(extra: 0), ["leer"] = CaptureRig.Fixture("snapshots/empty.snapshot") } };
        var expected = new StringBuilder();

        async Task BackUpAsync(int day, long rangeBytes)
        {
            using SealedStore store = await StoreOpening.OpenAsync(blobs, [recipient], pins, cancellationToken);
            using var rig = new CaptureRig(node, null, store, o => o with { RangeBytes = rangeBytes });
            rig.Time.Advance(TimeSpan.FromDays(day));
            Manifest manifest = await rig.Get<BackupCatalog>().OpenAsync((await rig.BackupAsync()).Id, cancellationToken);
            foreach (ManifestPart part in manifest.Parts)
            {
                string sha256 = Convert.ToHexStringLower(SHA256.HashData(node.Collections[part.Key.Collection]));
                expected.Append(System.Globalization.CultureInfo.InvariantCulture, $"{manifest.Id} {part.PartNo} {sha256}\n");
            }
        }

        await BackUpAsync(day: 0, rangeBytes: 1_100_000);
        node.Collections["docs"] = Docs(extra: 30_000);
        await BackUpAsync(day: 1, rangeBytes: 1L << 30);
        node.Collections.Remove("docs");
        node.Collections["ohne Vektoren / äöü"] = CaptureRig.Fixture("snapshots/no-vectors.snapshot");
        await BackUpAsync(day: 2, rangeBytes: 30_000);
        await File.WriteAllTextAsync(folder + ".expect", expected.ToString(), cancellationToken);
    }

    private static byte[] Docs(int extra)
    {
        byte[] vectors = new byte[(1 << 20) + 20_000];
        byte[] noise = TarBuilder.Noise(vectors.Length, 11);
        for (int i = 0; i + 4 <= vectors.Length; i += 4)
        {
            BinaryPrimitives.WriteSingleLittleEndian(vectors.AsSpan(i), (BinaryPrimitives.ReadUInt32LittleEndian(noise.AsSpan(i)) / (float)uint.MaxValue * 0.2f) - 0.1f);
        }

        byte[] payload = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 3000).Select(i => $"{{\"id\":{i},\"city\":\"Zürich\"}}")));
        byte[] inner = new TarBuilder().Add("files/vectors", vectors).Add("files/payload", payload).Add("files/same", TarBuilder.Noise(20_000, 3)).Add("files/small", 700).End();
        var archive = new TarBuilder()
            .Add("config.json", 20).Add("version.info", 20).Add("0/shard_config.json", 20).Add("0/replica_state.json", 20)
            .Add("0/segments/s.tar", inner).Add("0/same", TarBuilder.Noise(20_000, 3));
        return (extra > 0 ? archive.Add("0/extra", TarBuilder.Noise(extra, 7)) : archive).End();
    }
}
