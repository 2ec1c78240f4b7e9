using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Keys;
using QdrantBackup.Soak.World;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Tests.Keys;

/// <summary>Making a store, interrupted anywhere, ends in a store or in words that say exactly what to do.</summary>
public sealed class StoreCreationTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryStore _blobs;
    private RecipientsOfEveryKind _kinds = null!;

    public StoreCreationTests() => _blobs = new InMemoryStore(_time);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _kinds = await RecipientsOfEveryKind.MakeAsync();

    public ValueTask DisposeAsync() => _kinds.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_store_whose_making_was_interrupted_is_finished_by_asking_again(int putsBefore)
    {
        string[] names = ["RSA", "key file", "Key Vault"];
        await Assert.ThrowsAsync<StoreException>(() => InitializeAsync(new DyingStore(_blobs, putsBefore), names));
        List<string> begun = await NamesAsync();
        Assert.Equal(putsBefore, begun.Count);

        StorePins pins = await InitializeAsync(_blobs, names);

        Assert.Subset((await NamesAsync()).ToHashSet(StringComparer.Ordinal), begun.ToHashSet(StringComparer.Ordinal));
        foreach (string name in names)
        {
            using IStoreKeyRecipient recipient = _kinds.Opening(name);
            using SealedStore store = await StoreOpening.OpenAsync(_blobs, [recipient], pins, Cancellation);
            Assert.Equal(3, store.Recipients.Count);
        }
    }

    [Fact]
    public async Task Recipients_that_open_come_first_so_that_whatever_was_begun_can_be_finished()
    {
        await Assert.ThrowsAsync<StoreException>(() => InitializeAsync(new DyingStore(_blobs, 1), "RSA", "key file"));

        Assert.Contains("/key-file-", Assert.Single(await NamesAsync()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("second key file")]
    [InlineData("key file")]
    public async Task What_others_began_or_changed_is_not_finished_and_what_to_delete_is_said(string recipient)
    {
        await Assert.ThrowsAsync<StoreException>(() => InitializeAsync(new DyingStore(_blobs, 2), "key file", "Key Vault"));

        UsageException e = await Assert.ThrowsAsync<UsageException>(() => InitializeAsync(_blobs, recipient));

        Assert.Contains("cannot be finished", e.Message);
        Assert.Contains("delete everything below keys/", e.Hint);
        Assert.Equal(2, (await NamesAsync()).Count);
    }

    [Fact]
    public async Task Another_passphrase_than_the_one_that_was_begun_with_becomes_a_recipient_of_its_own()
    {
        using var one = PassphraseRecipient.FromText("the first passphrase of two", "a test", 64);
        using var other = PassphraseRecipient.FromText("the second passphrase of two", "a test", 64);
        await Assert.ThrowsAsync<StoreException>(() => StoreCreation.InitializeAsync(new DyingStore(_blobs, 1), [one], _time, Cancellation));

        StorePins pins = await StoreCreation.InitializeAsync(_blobs, [one, other], _time, Cancellation);

        (await StoreOpening.OpenAsync(_blobs, [other], pins, Cancellation)).Dispose();
    }

    [Fact]
    public async Task A_place_that_holds_anything_else_is_no_place_for_a_store()
    {
        await _blobs.PutAsync(new BlobName("keys/a/b.json"), "{}"u8.ToArray(), PutCondition.Always, null, Cancellation);
        await Assert.ThrowsAsync<UsageException>(() => InitializeAsync(_blobs, "key file"));
        await _blobs.PutAsync(new BlobName("letters/to-grandmother.txt"), "dear"u8.ToArray(), PutCondition.Always, null, Cancellation);

        Assert.Contains("letters/to-grandmother.txt", (await Assert.ThrowsAsync<RefusedException>(() => InitializeAsync(_blobs, "key file"))).Message);
    }

    [Fact]
    public async Task Of_two_who_make_a_store_at_once_one_wins_and_the_other_leaves_nothing()
    {
        var race = new RacingStore(_blobs, () => InitializeAsync(_blobs, "second key file"));

        RefusedException e = await Assert.ThrowsAsync<RefusedException>(() => InitializeAsync(race, "key file"));

        Assert.Contains("at the same time", e.Message);
        Assert.Equal(2, (await NamesAsync()).Count);
        using IStoreKeyRecipient winner = _kinds.Opening("second key file");
        (await StoreOpening.OpenAsync(_blobs, [winner], null, Cancellation)).Dispose();
    }

    [Fact]
    public async Task A_store_that_only_offline_keys_would_open_is_not_made()
    {
        UsageException e = await Assert.ThrowsAsync<UsageException>(() => InitializeAsync(_blobs, "RSA"));
        Assert.Contains("could not even write backups", e.Hint);
    }

    [Fact]
    public void A_remote_store_needs_two_recipients_unless_the_loss_is_accepted()
    {
        Assert.Throws<RefusedException>(() => new KeyLossGate(IsRemote: true, IsLossAccepted: false).CheckNewStore(1));
        new KeyLossGate(IsRemote: true, IsLossAccepted: false).CheckNewStore(2);
        new KeyLossGate(IsRemote: true, IsLossAccepted: true).CheckNewStore(1);
        new KeyLossGate(IsRemote: false, IsLossAccepted: false).CheckNewStore(1);
    }

    private Task<StorePins> InitializeAsync(IBackupStore blobs, params string[] names) =>
        StoreCreation.InitializeAsync(blobs, [.. names.Select(_kinds.Wrapping)], _time, Cancellation);

    private async Task<List<string>> NamesAsync()
    {
        var names = new List<string>();
        await foreach (BlobEntry entry in _blobs.ListAsync("", Cancellation))
        {
            names.Add(entry.Name.Value);
        }

        return names;
    }

    /// <summary>A store whose process dies before a put.</summary>
    private sealed class DyingStore(IBackupStore inner, int putsBefore) : RelayingStore(inner)
    {
        private int _puts;

        public override Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken) =>
            _puts++ < putsBefore ? base.PutAsync(name, content, condition, summary, cancellationToken) : throw new StoreException("the process is gone", "none");
    }

    /// <summary>A store in which somebody else does something when it has been seen to be empty.</summary>
    private sealed class RacingStore(IBackupStore inner, Func<Task> other) : RelayingStore(inner)
    {
        public override async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (BlobEntry entry in base.ListAsync(prefix, cancellationToken))
            {
                yield return entry;
            }

            if (prefix == BlobNames.Keys)
            {
                await other();
            }
        }
    }
}
