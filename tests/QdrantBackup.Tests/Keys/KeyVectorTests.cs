using System.Text.Json;
using KeyVaultStandIn;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Sealing;
using QdrantBackup.Tests.OnAzure;

namespace QdrantBackup.Tests.Keys;

/// <summary>Key documents of every kind, good and broken, made by another implementation (tests/vectors/make_keys.py), still open or fail as the index says.</summary>
public sealed class KeyVectorTests
{
    private static readonly JsonElement s_index = JsonElement.Parse(File.ReadAllText(KeyFiles.Vector("key-vectors.json")));

    public static TheoryData<string> Vectors => [.. s_index.GetProperty("vectors").EnumerateArray().Select(v => v.GetProperty("file").GetString()!)];

    [Theory]
    [MemberData(nameof(Vectors))]
    public async Task A_key_document_is_read_as_the_index_expects(string file)
    {
        JsonElement vector = s_index.GetProperty("vectors").EnumerateArray().Single(v => v.GetProperty("file").GetString() == file);
        string name = vector.GetProperty("name").GetString()!;
        byte[] bytes = await File.ReadAllBytesAsync(KeyFiles.Vector(file), TestContext.Current.CancellationToken);
        Assert.True(StoreId.TryParse(Text("store"), out StoreId storeId));
        using var files = new KeyFiles();
        await using TestVault? vault = file.StartsWith("key-azure", StringComparison.Ordinal) || file.StartsWith("key-managed", StringComparison.Ordinal) ? await TestVault.StartAsync() : null;

        async Task<StoreKey> OpenAsync()
        {
            var document = KeyDocument.FromJson(name, bytes);
            using IStoreKeyRecipient recipient = RecipientFor(document.Recipient, files, vault);
            StoreKey key = await recipient.UnwrapAsync(document, storeId, TestContext.Current.CancellationToken);
            PlainDocument.Check(key, name, bytes);
            return key;
        }

        if (vector.GetProperty("expect").GetString() is not "opens" and var expected)
        {
            Assert.Contains(expected!, (await Assert.ThrowsAsync<SealException>(OpenAsync)).Message);
            return;
        }

        using StoreKey opened = await OpenAsync();
        Assert.Equal(Text("key"), Convert.ToHexStringLower(opened.Bytes));
    }

    [Fact]
    public void Every_key_document_stands_in_the_index_and_every_kind_has_one_that_opens()
    {
        string[] files = [.. Directory.EnumerateFiles(Repository.Path("tests", "vectors"), "key-*.json").Select(f => Path.GetFileName(f)).Except(["key-vectors.json", "key-document.json"])];
        JsonElement[] vectors = [.. s_index.GetProperty("vectors").EnumerateArray()];
        Assert.Equal(files.Order(StringComparer.Ordinal), vectors.Select(v => v.GetProperty("file").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["azure-key-vault", "passphrase", "rsa-public"],
            vectors.Where(v => v.GetProperty("expect").GetString() == "opens").Select(v => v.GetProperty("name").GetString()!.Split('/')[2]).Select(id => id[..id.LastIndexOf('-')]).Distinct().Order(StringComparer.Ordinal));
    }

    private static IStoreKeyRecipient RecipientFor(KeyRecipient wrapped, KeyFiles files, TestVault? vault)
    {
        switch (wrapped.Kind)
        {
            case "rsa-public":
                return RsaRecipient.LoadPrivate(files.PrivateKey());
            case "passphrase":
                return PassphraseRecipient.FromText(Text("passphrase"), "a test");
            default:
                var rsa = System.Security.Cryptography.RSA.Create();
                rsa.ImportFromPem(File.ReadAllText(KeyFiles.Vector("key-rsa-private.pem")));
                var version = wrapped.Algorithm == "A256KW"
                    ? new VaultedVersion { Version = Text("vaultVersion"), Aes = Convert.FromHexString(Text("hsmKey")) }
                    : new VaultedVersion { Version = Text("vaultVersion"), Rsa = rsa };
                return vault!.Add("store", new VaultedKey(version));
        }
    }

    private static string Text(string member) => s_index.GetProperty(member).GetString()!;
}
