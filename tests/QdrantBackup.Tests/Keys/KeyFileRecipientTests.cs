using System.Runtime.Versioning;
using System.Security.Cryptography;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Sealing;

namespace QdrantBackup.Tests.Keys;

[UnsupportedOSPlatform("windows")]
public sealed class KeyFileRecipientTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 24, 2, 0, 0, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("qdrant-backup-keys-").FullName;
    private readonly FakeTimeProvider _time = new(s_now);
    private readonly StoreId _storeId = StoreId.Generate();

    private string KeyPath => Path.Combine(_folder, "store.key");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("c37b7e6492584340bed12207808941155068f738", "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a")]
    [InlineData("466f7250617369", "afbeb0f07dfbf5419200f2ccb50bb24f")]
    public void The_key_wrap_of_the_platform_gives_the_answers_of_rfc_5649(string key, string expected)
    {
        using var aes = Aes.Create();
        aes.SetKey(Convert.FromHexString("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8"));
        Assert.Equal(expected, Convert.ToHexStringLower(aes.EncryptKeyWrapPadded(Convert.FromHexString(key))));
    }

    [Fact]
    public async Task A_wrapped_key_unwraps_with_the_file_loaded_again()
    {
        using StoreKey key = StoreKey.Generate();
        using var created = KeyFileRecipient.Create(KeyPath, _time);
        KeyDocument document = await created.WrapAsync(key, _storeId, default);
        using var loaded = KeyFileRecipient.Load(KeyPath);

        using StoreKey unwrapped = await loaded.UnwrapAsync(KeyDocument.FromJson("keys/x", document.ToJson()), _storeId, default);

        Assert.True(unwrapped.FixedTimeEquals(key));
        Assert.Equal(created.RecipientId, loaded.RecipientId);
        Assert.Equal(s_now, document.Created);
        Assert.Equal(new KeyRecipient("key-file", created.RecipientId), document.Recipient);
        Assert.Equal(key.KeyId, document.KeyId);
    }

    [Fact]
    public void A_new_key_file_is_readable_by_its_owner_only_and_says_what_it_is()
    {
        using var created = KeyFileRecipient.Create(KeyPath);
        string[] lines = File.ReadAllLines(KeyPath);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
        Assert.StartsWith("qdrant-backup key file 1: secret", lines[0]);
        Assert.Equal(64, lines[1].Length);
    }

    [Fact]
    public void An_existing_key_file_is_never_overwritten()
    {
        File.WriteAllText(KeyPath, "precious");
        UsageException e = Assert.Throws<UsageException>(() => KeyFileRecipient.Create(KeyPath));
        Assert.Contains("exists already", e.Message);
        Assert.Equal("precious", File.ReadAllText(KeyPath));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead | UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_key_file_that_others_can_touch_is_refused_with_the_command_that_mends_it(UnixFileMode others)
    {
        KeyFileRecipient.Create(KeyPath).Dispose();
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);
        UsageException e = Assert.Throws<UsageException>(() => KeyFileRecipient.Load(KeyPath));
        Assert.Contains($"chmod 600 '{KeyPath}'", e.Hint);
    }

    [Theory]
    [InlineData("")]
    [InlineData("something else\n0000\n")]
    [InlineData("qdrant-backup key file 1: secret")]
    [InlineData("qdrant-backup key file 1: secret\n00")]
    [InlineData("qdrant-backup key file 1: secret\nzz00000000000000000000000000000000000000000000000000000000000000\n")]
    [InlineData("qdrant-backup key file 1: secret\n000000000000000000000000000000000000000000000000000000000000000000\n")]
    public void What_is_no_key_file_is_refused_without_repeating_it(string content)
    {
        File.WriteAllText(KeyPath, content);
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        UsageException e = Assert.Throws<UsageException>(() => KeyFileRecipient.Load(KeyPath));
        Assert.Contains("no key file", e.Message);
    }

    [Fact]
    public void A_missing_key_file_is_named() =>
        Assert.Contains(KeyPath, Assert.Throws<UsageException>(() => KeyFileRecipient.Load(KeyPath)).Message);

    [Fact]
    public async Task A_changed_wrap_another_key_file_and_another_store_are_refused()
    {
        using StoreKey key = StoreKey.Generate();
        using var recipient = KeyFileRecipient.Create(KeyPath);
        using var other = KeyFileRecipient.Create(KeyPath + "2");
        KeyDocument document = await recipient.WrapAsync(key, _storeId, default);
        KeyDocument forOther = document with { Recipient = new KeyRecipient("key-file", other.RecipientId) };

        await Assert.ThrowsAsync<SealException>(() => other.UnwrapAsync(document, _storeId, default));
        await Assert.ThrowsAsync<SealException>(() => other.UnwrapAsync(forOther, _storeId, default));
        await Assert.ThrowsAsync<SealException>(() => recipient.UnwrapAsync(document, StoreId.Generate(), default));
        await Assert.ThrowsAsync<SealException>(() => recipient.UnwrapAsync(document with { Wrapped = [] }, _storeId, default));
        for (int i = 0; i < document.Wrapped.Length; i++)
        {
            byte[] changed = [.. document.Wrapped];
            changed[i] ^= 0x10;
            await Assert.ThrowsAsync<SealException>(() => recipient.UnwrapAsync(document with { Wrapped = changed }, _storeId, default));
        }
    }

    [Fact]
    public async Task Another_key_slipped_into_the_document_is_noticed()
    {
        using StoreKey key = StoreKey.Generate();
        using StoreKey slippedIn = StoreKey.Generate();
        using var recipient = KeyFileRecipient.Create(KeyPath);
        KeyDocument document = (await recipient.WrapAsync(slippedIn, _storeId, default)) with { KeyId = key.KeyId };
        SealException e = await Assert.ThrowsAsync<SealException>(() => recipient.UnwrapAsync(document, _storeId, default));
        Assert.Contains("Another key was put in", e.Hint);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("""{"format":0,"storeId":"s","keyId":"k","recipient":{"kind":"key-file","id":"i"},"wrapped":"AAAA","created":"2026-01-01T00:00:00Z"}""")]
    [InlineData("""{"format":1,"storeId":"s","keyId":null,"recipient":{"kind":"key-file","id":"i"},"wrapped":"AAAA","created":"2026-01-01T00:00:00Z"}""")]
    public void What_is_no_key_document_is_refused(string json) =>
        Assert.Contains("no key document", Assert.Throws<SealException>(() => KeyDocument.FromJson("keys/a/b.json", System.Text.Encoding.UTF8.GetBytes(json))).Message);

    [Fact]
    public void A_key_document_of_a_newer_format_says_so()
    {
        byte[] json = """{"format":2,"storeId":"s","keyId":"k","recipient":{"kind":"key-file","id":"i"},"wrapped":"AAAA","created":"2026-01-01T00:00:00Z","more":1}"""u8.ToArray();
        Assert.Contains("newer", Assert.Throws<SealException>(() => KeyDocument.FromJson("keys/a/b.json", json)).Message);
    }

    [Fact]
    public void Any_key_survives_wrapping() =>
        Gen.Byte.Array[32].Sample(bytes =>
        {
            using var key = StoreKey.FromBytes(bytes);
            using var recipient = KeyFileRecipient.Create(Path.Combine(_folder, Convert.ToHexStringLower(bytes)));
            KeyDocument document = recipient.WrapAsync(key, _storeId, default).GetAwaiter().GetResult();
            using StoreKey unwrapped = recipient.UnwrapAsync(document, _storeId, default).GetAwaiter().GetResult();
            return unwrapped.FixedTimeEquals(key);
        }, iter: 20, threads: 1);
}
