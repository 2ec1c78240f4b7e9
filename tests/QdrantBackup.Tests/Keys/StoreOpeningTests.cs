using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Tests.Keys;

public sealed class StoreOpeningTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("qdrant-backup-keys-");
    private readonly KeyFileRecipient _recipient;
    private readonly InMemoryStore _blobs;

    public StoreOpeningTests()
    {
        _recipient = KeyFileRecipient.Create(Path.Combine(_directory.FullName, "store.key"));
        _blobs = new InMemoryStore(_time);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_store_opens_with_its_pins_and_is_not_made_twice()
    {
        StorePins pins = await StoreCreation.InitializeAsync(_blobs, [_recipient], _time, Cancellation);
        using SealedStore store = await StoreOpening.OpenAsync(_blobs, [_recipient], pins, Cancellation);
        Assert.Equal(pins, new StorePins(store.StoreId, store.KeyId));
        await Assert.ThrowsAsync<RefusedException>(() => StoreCreation.InitializeAsync(_blobs, [_recipient], _time, Cancellation));
    }

    [Fact]
    public async Task Another_store_or_key_than_the_pinned_one_is_refused()
    {
        StorePins pins = await StoreCreation.InitializeAsync(_blobs, [_recipient], _time, Cancellation);
        await Assert.ThrowsAsync<RefusedException>(() => StoreOpening.OpenAsync(_blobs, [_recipient], pins with { StoreId = StoreId.Generate() }, Cancellation));
        await Assert.ThrowsAsync<RefusedException>(() => StoreOpening.OpenAsync(_blobs, [_recipient], pins with { KeyId = new string('0', 32) }, Cancellation));
    }

    [Fact]
    public async Task Another_key_file_and_a_place_that_is_no_store_are_told_apart()
    {
        await Assert.ThrowsAsync<StoreException>(() => StoreOpening.OpenAsync(_blobs, [_recipient], null, Cancellation));
        await StoreCreation.InitializeAsync(_blobs, [_recipient], _time, Cancellation);
        using KeyFileRecipient other = KeyFileRecipient.Create(Path.Combine(_directory.FullName, "other.key"));
        await Assert.ThrowsAsync<UsageException>(() => StoreOpening.OpenAsync(_blobs, [other], null, Cancellation));
    }

    public void Dispose()
    {
        _recipient.Dispose();
        _directory.Delete(recursive: true);
    }
}
