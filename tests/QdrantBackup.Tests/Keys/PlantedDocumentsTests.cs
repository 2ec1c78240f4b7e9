using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Tests.Keys;

/// <summary>Somebody without the key adds documents that ask for as much work as is allowed: what an opening costs stays bounded, and the good document is found.</summary>
public sealed class PlantedDocumentsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_an_opening_may_cost_is_bounded_and_the_cheapest_is_tried_first()
    {
        var blobs = new InMemoryStore(TimeProvider.System);
        using var good = new Costly("the right one", 1);
        StorePins pins = await StoreCreation.InitializeAsync(blobs, [good], TimeProvider.System, Cancellation);
        await PlantAsync(blobs, pins, 40);
        good.Unwrapped = 0;

        using (StoreKeyring keyring = await StoreKeyring.OpenAsync(blobs, [good], pins, Cancellation))
        {
            Assert.Equal(pins.KeyId, keyring.KeyId);
        }

        Assert.Equal(1, good.Unwrapped);
        using var wrong = new Costly("another", 1) { OpensNothing = true };
        BackupException e = await Assert.ThrowsAsync<SealException>(() => StoreKeyring.OpenAsync(blobs, [wrong], pins, Cancellation));

        Assert.Contains("more work than an opening may take", e.Message, StringComparison.Ordinal);
        Assert.InRange(wrong.Unwrapped, 2, 5);
    }

    [Fact]
    public async Task A_recipient_without_work_is_tried_before_a_passphrase_whatever_their_order()
    {
        var blobs = new InMemoryStore(TimeProvider.System);
        using var cheap = new Costly("a file", 0);
        StorePins pins = await StoreCreation.InitializeAsync(blobs, [cheap], TimeProvider.System, Cancellation);
        await PlantAsync(blobs, pins, 40);
        using var costly = new Costly("a passphrase", 1) { OpensNothing = true };

        using StoreKeyring keyring = await StoreKeyring.OpenAsync(blobs, [costly, cheap], pins, Cancellation);

        Assert.Equal(0, costly.Unwrapped);
    }

    [Fact]
    public async Task To_test_a_planted_document_takes_no_work()
    {
        var blobs = new InMemoryStore(TimeProvider.System);
        using var good = new Costly("the right one", 1);
        StorePins pins = await StoreCreation.InitializeAsync(blobs, [good], TimeProvider.System, Cancellation);
        await PlantAsync(blobs, pins, 5);
        using StoreKeyring keyring = await StoreKeyring.OpenAsync(blobs, [good], pins, Cancellation);
        int before = good.Unwrapped;

        foreach (StoredKeyDocument document in keyring.Documents.Where(d => !keyring.IsAuthentic(d)))
        {
            Assert.IsType<SealException>(await keyring.TestAsync(document, good, Cancellation));
        }

        Assert.Equal(before, good.Unwrapped);
    }

    [Fact]
    public async Task A_vault_that_is_away_is_not_asked_once_for_each_document()
    {
        var blobs = new InMemoryStore(TimeProvider.System);
        using var good = new Costly("the right one", 0);
        StorePins pins = await StoreCreation.InitializeAsync(blobs, [good], TimeProvider.System, Cancellation);
        await PlantAsync(blobs, pins, 30);
        using var away = new Costly("a vault", 0) { IsAway = true };

        await Assert.ThrowsAsync<StoreException>(() => StoreKeyring.OpenAsync(blobs, [away], pins, Cancellation));

        Assert.Equal(1, away.Unwrapped);
    }

    [Fact]
    public void A_passphrase_names_the_work_that_a_document_asks_for()
    {
        using var plain = PassphraseRecipient.FromText("correct horse battery staple", "a test");
        using var marked = PassphraseRecipient.FromText("\ufeffcorrect horse battery staple", "a test");
        KeyRecipient wrapped = new("passphrase", "passphrase-1") { Argon2id = new Argon2idParameters(19, 1 << 20, 16, 1, new byte[16]) };

        Assert.Equal(16L << 20, plain.WorkOf(wrapped));
        Assert.Equal(32L << 20, marked.WorkOf(wrapped));
        Assert.Equal(0, plain.WorkOf(wrapped with { Argon2id = wrapped.Argon2id with { Passes = 17 } }));
    }

    private static async Task PlantAsync(InMemoryStore blobs, StorePins pins, int count)
    {
        for (int i = 0; i < count; i++)
        {
            var recipient = new KeyRecipient("costly", $"costly-0{i}") { Argon2id = new Argon2idParameters(19, 1 << 20, 16, 1, new byte[16]) };
            var document = new KeyDocument(1, pins.StoreId.ToString(), pins.KeyId, recipient, new byte[40], DateTimeOffset.UnixEpoch);
            byte[] json = PlainDocument.Protect(StoreKey.Generate(), $"keys/{pins.KeyId}/costly-0{i}.json", document.ToJson());
            await blobs.PutAsync(new BlobName($"keys/{pins.KeyId}/costly-0{i}.json"), json, PutCondition.Always, null, Cancellation);
        }
    }

    /// <summary>A recipient whose work is only counted.</summary>
    private sealed class Costly(string description, int cost) : IStoreKeyRecipient
    {
        private static readonly byte[] WrappingKey = new byte[32];

        public int Unwrapped { get; set; }

        public bool OpensNothing { get; init; }

        public bool IsAway { get; init; }

        public string Kind => "costly";

        public string Description => description;

        public bool CanUnwrap => true;

        public bool IsFor(KeyRecipient wrapped) => wrapped.Kind == Kind;

        public long WorkOf(KeyRecipient wrapped) => cost * (long)(wrapped.Argon2id is { } asked ? asked.MemoryKiB * asked.Passes : 1);

        public Task<KeyDocument> WrapAsync(StoreKey key, StoreId storeId, CancellationToken cancellationToken) =>
            Task.FromResult(KeyDocument.Of(storeId, key, new KeyRecipient(Kind, "costly-1"), AesKeyWrap.Wrap(WrappingKey, key), TimeProvider.System));

        public Task<StoreKey> UnwrapAsync(KeyDocument document, StoreId storeId, CancellationToken cancellationToken)
        {
            Unwrapped++;
            return IsAway ? throw new StoreException("the vault is away", "Wait.", isTransient: true)
                : OpensNothing ? throw document.Unopened(null)
                : Task.FromResult(AesKeyWrap.Unwrap(WrappingKey, document));
        }

        public Task<RecipientKeyState> LookAsync(KeyRecipient wrapped, CancellationToken cancellationToken) => Task.FromResult(new RecipientKeyState());

        public void Dispose()
        {
        }
    }
}
