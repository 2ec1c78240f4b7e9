using Microsoft.Extensions.Time.Testing;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure.KeyVault;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Configuration;
using QdrantBackup.Tests.Keys;
using QdrantBackup.Tests.Runs;

namespace QdrantBackup.Tests.App;

/// <summary>The way to the key is tried again: a key that is lost is an alarm within a day, and not the surprise of the next restart.</summary>
public sealed class KeyChecksTests : IAsyncLifetime
{
    private readonly KeyFiles _files = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 9, 1, 2, 0, 0, TimeSpan.Zero));
    private readonly RecordedLog<KeyChecks> _log = new();
    private readonly InMemoryStore _blobs;
    private readonly List<IDisposable> _own = [];
    private SealedStore _store = null!;
    private KeyChecks _keys = null!;

    public KeyChecksTests() => _blobs = new InMemoryStore(_time);

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    private string KeyFile => _files.Path("backup.key");

    private string Passphrase => _files.Path("passphrase");

    public async ValueTask InitializeAsync()
    {
        _files.Secret("passphrase", "correct horse battery staple");
        IStoreKeyRecipient[] recipients =
        [
            Own(KeyFileRecipient.Create(KeyFile)), Own(PassphraseRecipient.Load(Passphrase, 64, _time)), Own(RsaRecipient.LoadPublic(KeyFiles.PublicKey, _time)),
        ];
        StorePins pins = await StoreCreation.InitializeAsync(_blobs, recipients, _time, Cancellation);
        _store = Own(await StoreOpening.OpenAsync(_blobs, recipients, pins, Cancellation));
        _keys = Checks();
    }

    public ValueTask DisposeAsync()
    {
        _own.Reverse();
        _own.ForEach(o => o.Dispose());
        _files.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Sound_recipients_are_tried_at_the_first_tick_and_once_a_day()
    {
        await _keys.TryIfDueAsync(_store, Cancellation);
        File.Delete(KeyFile);
        _time.Advance(TimeSpan.FromHours(23));
        await _keys.TryIfDueAsync(_store, Cancellation);
        Assert.Empty(_log.Events);
        _time.Advance(TimeSpan.FromHours(2));
        await Assert.ThrowsAsync<RefusedException>(() => _keys.TryIfDueAsync(_store, Cancellation));
    }

    [Fact]
    public async Task One_lost_recipient_is_an_alarm_that_names_it_and_backups_go_on()
    {
        File.Delete(KeyFile);

        RefusedException alarm = await Assert.ThrowsAsync<RefusedException>(() => _keys.TryIfDueAsync(_store, Cancellation));

        Assert.Contains("1 of 3 recipients do not open the store", alarm.Message, StringComparison.Ordinal);
        Assert.Contains(KeyFile, alarm.Message, StringComparison.Ordinal);
        Assert.Equal(2024, Assert.Single(_log.Events).Id);
        await _keys.ThrowIfLostAsync(_store, Cancellation);
    }

    [Fact]
    public async Task Another_key_in_the_place_of_a_recipients_own_is_a_lost_one()
    {
        File.Delete(KeyFile);
        Own(KeyFileRecipient.Create(KeyFile));
        Assert.Contains("no sound key document for", (await Assert.ThrowsAsync<RefusedException>(() => _keys.TryIfDueAsync(_store, Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_every_key_lost_no_backup_is_begun_until_one_is_back()
    {
        string key = File.ReadAllText(KeyFile);
        File.Delete(KeyFile);
        File.Delete(Passphrase);
        _time.Advance(TimeSpan.FromDays(1));

        RefusedException refused = await Assert.ThrowsAsync<RefusedException>(() => _keys.ThrowIfLostAsync(_store, Cancellation));
        Assert.Contains("no configured recipient opens the store", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Do not restart this app", refused.Hint, StringComparison.Ordinal);

        _files.Secret("backup.key", key);
        await _keys.ThrowIfLostAsync(_store, Cancellation);
    }

    [Fact]
    public async Task A_backup_within_a_day_of_the_start_tries_no_key()
    {
        File.Delete(KeyFile);
        File.Delete(Passphrase);
        _time.Advance(TimeSpan.FromHours(23));
        await _keys.ThrowIfLostAsync(_store, Cancellation);
    }

    [Theory]
    [InlineData("key-file-")]
    [InlineData("rsa-public-")]
    public async Task A_key_document_that_was_changed_is_an_alarm_also_where_only_the_public_half_is_here(string kind)
    {
        BlobEntry document = await DocumentAsync(kind);
        byte[] content = (await _blobs.GetAsync(document.Name, long.MaxValue, Cancellation))!.Content.ToArray();
        content[^20] ^= 1;
        await _blobs.PutAsync(document.Name, content, PutCondition.Always, summary: null, Cancellation);

        RefusedException alarm = await Assert.ThrowsAsync<RefusedException>(() => _keys.TryIfDueAsync(_store, Cancellation));

        Assert.Contains("1 of 3", alarm.Message, StringComparison.Ordinal);
        Assert.Contains(document.Name.Value, alarm.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key-file-")]
    [InlineData("rsa-public-")]
    public async Task A_key_document_that_is_gone_is_an_alarm(string kind)
    {
        await _blobs.DeleteAsync((await DocumentAsync(kind)).Name, ifMatch: null, Cancellation);
        await Assert.ThrowsAsync<RefusedException>(() => _keys.TryIfDueAsync(_store, Cancellation));
    }

    [Fact]
    public async Task A_store_that_lost_its_description_opens_with_no_key()
    {
        await _blobs.DeleteAsync(BlobNames.Store, ifMatch: null, Cancellation);
        await Assert.ThrowsAsync<RefusedException>(() => _keys.TryIfDueAsync(_store, Cancellation));
        Assert.Contains("store.json", (await Assert.ThrowsAsync<RefusedException>(() => _keys.ThrowIfLostAsync(_store, Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_for_a_moment_is_no_lost_key()
    {
        var away = new AwayStore(_blobs);
        using var store = new SealedStore(away, _store.Sealer, ownsSealer: false);
        _time.Advance(TimeSpan.FromDays(2));

        StoreException told = await Assert.ThrowsAsync<StoreException>(() => _keys.TryIfDueAsync(store, Cancellation));

        Assert.True(told.IsTransient);
        Assert.All(_log.Events, e => Assert.Equal(2025, e.Id));
        _time.Advance(TimeSpan.FromDays(2));
        await _keys.ThrowIfLostAsync(store, Cancellation);
    }

    private T Own<T>(T own)
        where T : IDisposable
    {
        _own.Add(own);
        return own;
    }

    private KeyChecks Checks()
    {
        BackupOptions options = BackupOptionsReader.Read(Configured.From(
            ("Cluster:Name", "prod"), ("Storage:Local", "/srv/backups"), ("Encryption:KeyFile", KeyFile), ("Encryption:PassphraseFile", Passphrase), ("Encryption:PassphraseMemory", "64MiB"),
            ("Encryption:Recipients:0:PublicKeyFile", KeyFiles.PublicKey)));
        return Own(new KeyChecks(options, new Lazy<KeyVaultConnection>(() => throw new InvalidOperationException("no vault is configured")), _time, _log));
    }

    private async Task<BlobEntry> DocumentAsync(string kind)
    {
        await foreach (BlobEntry entry in _blobs.ListAsync(BlobNames.Keys, Cancellation))
        {
            if (entry.Name.Value.Contains($"/{kind}", StringComparison.Ordinal))
            {
                return entry;
            }
        }

        throw new InvalidOperationException($"no key document of kind {kind}");
    }

    private sealed class AwayStore(IBackupStore inner) : QdrantBackup.Soak.World.RelayingStore(inner)
    {
        public override Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken) =>
            Task.FromException<StoredBlob?>(new StoreException("the store did not answer", "Wait.", isTransient: true));
    }
}
