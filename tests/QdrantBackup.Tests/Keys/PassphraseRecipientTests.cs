using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Sealing;

namespace QdrantBackup.Tests.Keys;

public sealed class PassphraseRecipientTests : IDisposable
{
    private const int LeastMiB = Argon2idParameters.MinMemoryKiB >> 10;
    private const string Passphrase = "Füchse mögen sechs lange Wörter";
    private readonly KeyFiles _files = new();
    private readonly StoreId _storeId = StoreId.Generate();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_file_and_the_environment_give_the_same_passphrase()
    {
        using StoreKey key = StoreKey.Generate();
        using var fromText = PassphraseRecipient.FromText(Passphrase, "a test", LeastMiB);
        using var fromFile = PassphraseRecipient.Load(_files.Secret("passphrase", $"  {Passphrase} \r\nsecond line\n"), LeastMiB);

        KeyDocument document = await fromText.WrapAsync(key, _storeId, TestContext.Current.CancellationToken);
        using StoreKey unwrapped = await fromFile.UnwrapAsync(document, _storeId, TestContext.Current.CancellationToken);

        Assert.True(unwrapped.FixedTimeEquals(key));
        Assert.Equal((LeastMiB << 10, 3, 1, 16), (document.Recipient.Argon2id!.MemoryKiB, document.Recipient.Argon2id.Passes, document.Recipient.Argon2id.Lanes, document.Recipient.Argon2id.Salt.Length));
    }

    [Fact]
    public async Task A_short_passphrase_is_not_wrapped_with_and_not_shown()
    {
        using StoreKey key = StoreKey.Generate();
        using var recipient = PassphraseRecipient.FromText("fifteen letters", "a test", LeastMiB);

        UsageException e = await Assert.ThrowsAsync<UsageException>(() => recipient.WrapAsync(key, _storeId, TestContext.Current.CancellationToken));

        Assert.Contains("could guess it", e.Message);
        Assert.DoesNotContain("fifteen", e.ToString());
    }

    [Fact]
    public void A_file_without_a_passphrase_a_long_one_and_one_that_others_can_read_are_refused()
    {
        Assert.Contains("holds no passphrase", Refusal(_files.Secret("empty", "\nsecond line\n")).Message);
        Assert.Contains("longer than", Refusal(_files.Secret("long", new string('x', 3000))).Message);
        string open = _files.Secret("open", Passphrase, UnixFileMode.OtherRead);
        Assert.Contains($"chmod 600 '{open}'", Refusal(open).Hint);
        Assert.Contains("/nowhere", Refusal("/nowhere").Message);

        static UsageException Refusal(string path) => Assert.Throws<UsageException>(() => PassphraseRecipient.Load(path));
    }

    [Fact]
    public async Task Parameters_out_of_bounds_are_refused_before_any_memory_is_taken()
    {
        using StoreKey key = StoreKey.Generate();
        using var recipient = PassphraseRecipient.FromText(Passphrase, "a test", LeastMiB);
        KeyDocument document = await recipient.WrapAsync(key, _storeId, TestContext.Current.CancellationToken);
        KeyDocument greedy = document with { Recipient = document.Recipient with { Argon2id = document.Recipient.Argon2id! with { MemoryKiB = int.MaxValue } } };

        SealException e = await Assert.ThrowsAsync<SealException>(() => recipient.UnwrapAsync(greedy, _storeId, TestContext.Current.CancellationToken));

        Assert.Contains("not allowed", e.Message);
        await Assert.ThrowsAsync<SealException>(() => recipient.UnwrapAsync(document with { Recipient = document.Recipient with { Argon2id = null } }, _storeId, TestContext.Current.CancellationToken));
    }
}
