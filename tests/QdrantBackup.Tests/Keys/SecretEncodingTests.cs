using System.Text;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Sealing;

namespace QdrantBackup.Tests.Keys;

/// <summary>How a secret was saved is no part of it: byte order marks, UTF-16, line ends and blanks; and what was wrapped by them earlier still opens.</summary>
public sealed class SecretEncodingTests : IDisposable
{
    private const string Passphrase = "correct horse battery stäple";
    private const int LeastMiB = 64;

    private readonly KeyFiles _files = new();
    private readonly StoreId _storeId = StoreId.Generate();
    private int _saved;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Forms => ["utf-8", "utf-8 with mark", "utf-16 le", "utf-16 be", "utf-32 le", "line end", "windows line end", "blanks", "two lines", "marks and blanks"];

    public void Dispose() => _files.Dispose();

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_passphrase_is_the_same_however_its_file_was_saved_and_as_in_the_environment(string form)
    {
        using StoreKey key = StoreKey.Generate();
        using var saved = PassphraseRecipient.Load(Save(form, Passphrase), LeastMiB);
        using var environment = PassphraseRecipient.FromText(Passphrase, "the environment", LeastMiB);

        KeyDocument document = await saved.WrapAsync(key, _storeId, Cancellation);
        using StoreKey opened = await environment.UnwrapAsync(document, _storeId, Cancellation);

        Assert.Equal(key.KeyId, opened.KeyId);
        Assert.Null(environment.Remark);
    }

    [Theory]
    [InlineData("\ufeffcorrect horse battery stäple")]
    [InlineData("correct horse battery stäple\n")]
    [InlineData("\tcorrect horse battery stäple \r\nsecond line")]
    public async Task The_environment_and_a_file_are_trimmed_by_one_rule(string text)
    {
        using StoreKey key = StoreKey.Generate();
        using var environment = PassphraseRecipient.FromText(text, "the environment", LeastMiB);
        using var file = PassphraseRecipient.Load(_files.Secret("passphrase", text), LeastMiB);
        using var plain = PassphraseRecipient.FromText(Passphrase, "a test", LeastMiB);

        foreach (var recipient in new[] { environment, file })
        {
            KeyDocument document = await recipient.WrapAsync(key, _storeId, Cancellation);
            using StoreKey opened = await plain.UnwrapAsync(document, _storeId, Cancellation);
            Assert.Equal(key.KeyId, opened.KeyId);
        }
    }

    [Theory]
    [InlineData("utf-8 with mark")]
    [InlineData("utf-16 le")]
    [InlineData("utf-16 without mark")]
    [InlineData("latin-1")]
    [InlineData("no-break space")]
    public async Task What_an_earlier_version_wrapped_with_the_bytes_as_they_stand_still_opens_with_a_warning(string form)
    {
        string path = Save(form, Passphrase);
        using StoreKey key = StoreKey.Generate();
        KeyDocument before = WrapAsBefore(key, path);

        using var recipient = PassphraseRecipient.Load(path, LeastMiB);
        using StoreKey opened = await recipient.UnwrapAsync(before, _storeId, Cancellation);

        Assert.Equal(key.KeyId, opened.KeyId);
        Assert.Contains("key rewrap", recipient.Remark, StringComparison.Ordinal);
        Assert.DoesNotContain("horse", recipient.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_variable_with_a_mark_or_a_second_line_that_wrapped_a_key_earlier_still_opens_it()
    {
        foreach (string text in (string[])["\ufeffcorrect horse battery staple", "correct horse\nbattery staple"])
        {
            using StoreKey key = StoreKey.Generate();
            KeyDocument before = Wrap(key, Encoding.UTF8.GetBytes(text));
            using var recipient = PassphraseRecipient.FromText(text, "the environment", LeastMiB);

            using StoreKey opened = await recipient.UnwrapAsync(before, _storeId, Cancellation);

            Assert.Equal(key.KeyId, opened.KeyId);
            Assert.NotNull(recipient.Remark);
        }
    }

    [Theory]
    [InlineData("utf-16 of ascii without mark", "control characters")]
    [InlineData("utf-16 without mark", "neither UTF-8")]
    [InlineData("latin-1", "neither UTF-8")]
    public async Task A_passphrase_of_an_unclear_encoding_is_refused_when_a_key_is_wrapped(string form, string problem)
    {
        using StoreKey key = StoreKey.Generate();
        using var recipient = PassphraseRecipient.Load(Save(form, Passphrase), LeastMiB);

        UsageException e = await Assert.ThrowsAsync<UsageException>(() => recipient.WrapAsync(key, _storeId, Cancellation));

        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("horse", e.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-8 with mark")]
    [InlineData("utf-16 le")]
    [InlineData("utf-16 be")]
    public void Key_files_and_keys_in_PEM_are_read_whatever_mark_an_editor_added(string form)
    {
        string original = _files.Path("backup.key");
        using var made = KeyFileRecipient.Create(original);
        using var read = KeyFileRecipient.Load(Save(form, File.ReadAllText(original)));
        Assert.Equal(made.RecipientId, read.RecipientId);

        using var pem = RsaRecipient.LoadPrivate(Save(form, File.ReadAllText(KeyFiles.Vector("key-rsa-private.pem"))));
        using var publicPem = RsaRecipient.LoadPublic(Save(form, File.ReadAllText(KeyFiles.PublicKey)));
        using var environment = RsaRecipient.FromPrivateText("\ufeff" + File.ReadAllText(KeyFiles.Vector("key-rsa-private.pem")), "a test");
        Assert.Equal(publicPem.RecipientId, pem.RecipientId);
        Assert.Equal(publicPem.RecipientId, environment.RecipientId);
    }

    private string Save(string form, string text) => Secret(form switch
    {
        "utf-8" => Encoding.UTF8.GetBytes(text),
        "utf-8 with mark" => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)],
        "utf-16 le" => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text + "\r\n")],
        "utf-16 be" => [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(text + "\r\n")],
        "utf-16 without mark" => Encoding.Unicode.GetBytes(text),
        "utf-16 of ascii without mark" => Encoding.Unicode.GetBytes("correct horse battery staple"),
        "utf-32 le" => [0xFF, 0xFE, 0, 0, .. Encoding.UTF32.GetBytes(text)],
        "latin-1" => Encoding.Latin1.GetBytes(text),
        "no-break space" => Encoding.UTF8.GetBytes(text + "\u00a0"),
        "line end" => Encoding.UTF8.GetBytes(text + "\n"),
        "windows line end" => Encoding.UTF8.GetBytes(text + "\r\n"),
        "blanks" => Encoding.UTF8.GetBytes($" \t{text} \t\n"),
        "two lines" => Encoding.UTF8.GetBytes($"{text}\nsecond"),
        "marks and blanks" => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes($" \u00a0{text}\u00a0 \ufeff\r\n")],
        _ => throw new ArgumentOutOfRangeException(nameof(form)),
    });

    private string Secret(byte[] content)
    {
        string path = _files.Secret($"secret-{_saved++}", "");
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>What the first version did: the bytes of the first line, without blanks around them.</summary>
    private KeyDocument WrapAsBefore(StoreKey key, string path)
    {
        ReadOnlySpan<byte> line = File.ReadAllBytes(path);
        int end = line.IndexOf((byte)'\n');
        return Wrap(key, (end < 0 ? line : line[..end]).Trim(" \t\r"u8).ToArray());
    }

    private KeyDocument Wrap(StoreKey key, byte[] passphrase)
    {
        var parameters = new Argon2idParameters(Argon2idParameters.CurrentVersion, LeastMiB << 10, Argon2idParameters.MinPasses, 1, new byte[16]);
        byte[] wrappingKey = new byte[32];
        Argon2idKey.Derive(passphrase, parameters, wrappingKey);
        return KeyDocument.Of(_storeId, key, new KeyRecipient("passphrase", "passphrase-1") { Argon2id = parameters }, AesKeyWrap.Wrap(wrappingKey, key), TimeProvider.System);
    }
}
