using System.Security.Cryptography;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Parts;
using QdrantBackup.Sealing;
using QdrantBackup.Stores;

namespace QdrantBackup.Tests.Vectors;

/// <summary>Old bytes still open, and broken ones fail as their file expects. They were made by another implementation (tests/vectors/make.py).</summary>
public sealed class VectorTests
{
    private static string Folder => Repository.Path("tests", "vectors");

    public static TheoryData<string> Vectors =>
        [.. Directory.EnumerateFiles(Folder, "*.vector").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void A_vector_is_read_as_its_header_expects(string name)
    {
        string[] halves = File.ReadAllText(Path.Combine(Folder, name + ".vector")).Split("\n\n", 2);
        var header = halves[0].Split('\n').Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.True(StoreId.TryParse(header["store"], out StoreId storeId));
        using var key = StoreKey.FromBytes(Convert.FromHexString(header["key"]));
        using var sealer = new Sealer(storeId, key);
        byte[] bytes = Convert.FromBase64String(halves[1]);

        byte[] Open() => Checked(header["name"], Enum.Parse<SealedType>(header["type"]), sealer.Open(Enum.Parse<SealedType>(header["type"]), header["name"], bytes));

        if (header["expect"] == "opens")
        {
            Assert.Equal(header["sha256"], Convert.ToHexStringLower(SHA256.HashData(Open())));
        }
        else
        {
            SealException e = Assert.Throws<SealException>(Open);
            Assert.Contains(header["expect"], e.Message);
            Assert.Contains($"'{header["name"]}'", e.Message);
        }
    }

    /// <summary>Reads an opened object as its type.</summary>
    private static byte[] Checked(string name, SealedType type, byte[] plaintext)
    {
        if (type == SealedType.List)
        {
            Assert.NotEmpty(ChunkList.Read(name, plaintext).Entries);
        }
        else if (type == SealedType.Manifest)
        {
            ManifestChecks.Check(name, SealedStore.ReadDocument(name, plaintext, PartsJson.Default.Manifest));
        }

        return plaintext;
    }

    [Fact]
    public void The_raw_chunk_is_named_by_its_id()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Folder, "chunk-raw.vector"));
        string Value(string field) => lines.First(l => l.StartsWith(field + ": ", StringComparison.Ordinal))[(field.Length + 2)..];
        Assert.True(StoreId.TryParse(Value("store"), out StoreId storeId));
        using var key = StoreKey.FromBytes(Convert.FromHexString(Value("key")));
        using var sealer = new Sealer(storeId, key);
        byte[] bytes = Convert.FromBase64String(string.Concat(lines.SkipWhile(l => l.Length > 0)));

        string id = sealer.ChunkIdOf(sealer.Open(SealedType.Chunk, Value("name"), bytes)).ToString();

        Assert.Equal($"chunks/{id[..2]}/{id}", Value("name"));
    }

    [Fact]
    public async Task The_key_document_unwraps_with_the_key_file_to_the_key_of_the_vectors()
    {
        string keyFile = Path.Combine(Path.GetTempPath(), $"qdrant-backup-vector-{Guid.CreateVersion7():n}");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            await using (var file = new FileStream(keyFile, options))
            {
                await file.WriteAsync(await File.ReadAllBytesAsync(Path.Combine(Folder, "key-file.txt")));
            }

            using var recipient = KeyFileRecipient.Load(keyFile);
            byte[] bytes = await File.ReadAllBytesAsync(Path.Combine(Folder, "key-document.json"));
            var document = KeyDocument.FromJson("keys/vector.json", bytes);
            Assert.True(StoreId.TryParse(document.StoreId, out StoreId storeId));
            using StoreKey key = await recipient.UnwrapAsync(document, storeId, default);
            using var expected = StoreKey.FromBytes([.. Enumerable.Range(0x40, 32).Select(i => (byte)i)]);
            Assert.True(key.FixedTimeEquals(expected));
            string name = $"keys/{document.KeyId}/{recipient.RecipientId}.json";
            PlainDocument.Check(key, name, bytes);
            Assert.Contains(name + "x", Assert.Throws<SealException>(() => PlainDocument.Check(key, name + "x", bytes)).Message);
        }
        finally
        {
            File.Delete(keyFile);
        }
    }
}
