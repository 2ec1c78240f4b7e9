using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Keys;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Keys;

public sealed class StoreKeyringTests : IAsyncLifetime
{
    private static readonly KeyLossGate s_local = new(IsRemote: false, IsLossAccepted: false);
    private static readonly KeyLossGate s_remote = new(IsRemote: true, IsLossAccepted: false);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 25, 2, 0, 0, TimeSpan.Zero));
    private readonly InMemoryStore _blobs;
    private RecipientsOfEveryKind _kinds = null!;

    public StoreKeyringTests() => _blobs = new InMemoryStore(_time);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _kinds = await RecipientsOfEveryKind.MakeAsync();

    public ValueTask DisposeAsync() => _kinds.DisposeAsync();

    [Theory]
    [InlineData("key file")]
    [InlineData("passphrase")]
    [InlineData("RSA")]
    [InlineData("Key Vault")]
    public async Task A_lost_recipient_is_survived_and_told(string left)
    {
        StorePins pins = await InitializeAsync("managed HSM", left);
        _kinds.Vault.Keys.TryRemove("hsm", out _);

        using IStoreKeyRecipient lost = _kinds.Opening("managed HSM");
        using IStoreKeyRecipient staying = _kinds.Opening(left);
        using SealedStore store = await StoreOpening.OpenAsync(_blobs, [lost, staying], pins, Cancellation);

        Assert.Contains("404", Assert.Single(store.RecipientFailures).Message);
        StoreException e = await Assert.ThrowsAsync<StoreException>(() => StoreOpening.OpenAsync(_blobs, [lost], pins, Cancellation));
        Assert.Contains("Any other recipient opens the store too", e.Hint);
    }

    [Fact]
    public async Task A_recipient_is_added_and_another_removed_and_nothing_else_is_uploaded_or_deleted()
    {
        StorePins pins = await InitializeAsync("key file");
        await _blobs.PutAsync(new BlobName("chunks/ab/cd"), "sealed"u8.ToArray(), PutCondition.Always, null, Cancellation);
        var recording = new RecordingStore(_blobs);
        using IStoreKeyRecipient first = _kinds.Opening("key file");
        using IStoreKeyRecipient second = _kinds.Opening("second key file");

        KeyRecipient added;
        using (StoreKeyring keyring = await StoreKeyring.OpenAsync(recording, [first], pins, Cancellation))
        {
            added = await keyring.AddAsync(second, Cancellation);
        }

        using (StoreKeyring keyring = await StoreKeyring.OpenAsync(recording, [second], pins, Cancellation))
        {
            await keyring.RemoveAsync(keyring.Recipients.Single(r => r.Id != added.Id).Id, [second], s_local, Cancellation);
        }

        Assert.Equal([$"put keys/{pins.KeyId}/{added.Id}.json"], recording.Steps.Where(step => step.StartsWith("put ", StringComparison.Ordinal)));
        Assert.Equal(["chunks/ab/cd", $"keys/{pins.KeyId}/{added.Id}.json", "store.json"], await NamesAsync());
        await Assert.ThrowsAsync<UsageException>(() => StoreOpening.OpenAsync(_blobs, [first], pins, Cancellation));
        (await OpenAsync(pins, "second key file")).Dispose();
    }

    [Fact]
    public async Task A_rotated_vault_key_is_wrapped_under_anew_by_one_put_and_the_old_version_is_needed_no_more()
    {
        StorePins pins = await InitializeAsync("Key Vault", "key file");
        string old = _kinds.Vault.Keys["store"].Newest.Version;
        string rotated = _kinds.Vault.Keys["store"].Rotate().Version;
        var recording = new RecordingStore(_blobs);
        using IStoreKeyRecipient vault = _kinds.Opening("Key Vault");

        using (StoreKeyring keyring = await StoreKeyring.OpenAsync(recording, [vault], pins, Cancellation))
        {
            Assert.EndsWith(old, keyring.Recipients.Single(r => r.Key is not null).Key, StringComparison.Ordinal);
            Assert.False((await vault.LookAsync(keyring.Recipients.Single(r => r.Key is not null), Cancellation)).IsNewest);
            Assert.EndsWith(rotated, Assert.Single(await keyring.RewrapAsync(vault, onlyId: null, Cancellation)).Key, StringComparison.Ordinal);
        }

        Assert.Single(recording.Steps, step => step.StartsWith("put ", StringComparison.Ordinal));
        _kinds.Vault.Keys["store"].Versions.RemoveAt(0);
        (await OpenAsync(pins, "Key Vault")).Dispose();
        (await OpenAsync(pins, "key file")).Dispose();
    }

    [Fact]
    public async Task A_key_restored_into_another_vault_opens_the_store_and_takes_the_lost_ones_place()
    {
        StorePins pins = await InitializeAsync("Key Vault", "key file");
        await using RecipientsOfEveryKind elsewhere = await RecipientsOfEveryKind.MakeAsync();
        elsewhere.Vault.Keys["store"] = _kinds.Vault.Keys["store"];
        using IStoreKeyRecipient restored = elsewhere.Opening("Key Vault");

        using (StoreKeyring keyring = await StoreKeyring.OpenAsync(_blobs, [restored], pins, Cancellation))
        {
            KeyRecipient renewed = Assert.Single(await keyring.RewrapAsync(restored, onlyId: null, Cancellation));
            Assert.StartsWith(elsewhere.Vault.Vault.ToString(), renewed.Key, StringComparison.Ordinal);
        }

        using SealedStore store = await StoreOpening.OpenAsync(_blobs, [restored], pins, Cancellation);
        Assert.Equal(2, store.Recipients.Count);
        Assert.DoesNotContain(_kinds.Vault.Requests, request => request.Contains("unwrapkey", StringComparison.Ordinal) && request.EndsWith("404", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Wrapping_anew_for_one_passphrase_leaves_anothers_document_alone()
    {
        StorePins pins = await InitializeAsync("key file", "passphrase");
        using IStoreKeyRecipient keyFile = _kinds.Opening("key file");
        using var another = PassphraseRecipient.FromText("a passphrase of somebody else", "a test", 64);

        using (StoreKeyring keyring = await StoreKeyring.OpenAsync(_blobs, [keyFile], pins, Cancellation))
        {
            Assert.Empty(await keyring.RewrapAsync(another, onlyId: null, Cancellation));
        }

        (await OpenAsync(pins, "passphrase")).Dispose();
    }

    [Fact]
    public async Task The_last_recipient_is_never_removed_nor_the_last_but_one_of_a_remote_store_unless_accepted()
    {
        StorePins pins = await InitializeAsync("key file", "second key file");
        using IStoreKeyRecipient first = _kinds.Opening("key file");
        using IStoreKeyRecipient second = _kinds.Opening("second key file");
        var accepted = new KeyLossGate(IsRemote: true, IsLossAccepted: true);
        using (StoreKeyring keyring = await StoreKeyring.OpenAsync(_blobs, [first], pins, Cancellation))
        {
            string id = ((KeyFileRecipient)first).RecipientId;
            RefusedException lastButOne = await Assert.ThrowsAsync<RefusedException>(() => keyring.RemoveAsync(id, [first, second], s_remote, Cancellation));
            Assert.Contains("one recipient", lastButOne.Message);
            RefusedException unproven = await Assert.ThrowsAsync<RefusedException>(() => keyring.RemoveAsync(id, [first], s_local, Cancellation));
            Assert.Contains("could be shown to open", unproven.Message);
            Assert.Contains(id, (await Assert.ThrowsAsync<UsageException>(() => keyring.RemoveAsync("nobody", [first], s_local, Cancellation))).Hint);
            await keyring.RemoveAsync(id, [first], accepted, Cancellation);
        }

        using (StoreKeyring keyring = await StoreKeyring.OpenAsync(_blobs, [second], pins, Cancellation))
        {
            RefusedException last = await Assert.ThrowsAsync<RefusedException>(() => keyring.RemoveAsync(((KeyFileRecipient)second).RecipientId, [second], accepted, Cancellation));
            Assert.Contains("ever again", last.Message);
        }
    }

    [Fact]
    public async Task Two_people_who_remove_each_others_recipient_at_the_same_time_leave_one()
    {
        StorePins pins = await InitializeAsync("key file", "second key file");
        using IStoreKeyRecipient first = _kinds.Opening("key file");
        using IStoreKeyRecipient second = _kinds.Opening("second key file");
        IStoreKeyRecipient[] both = [first, second];
        using StoreKeyring one = await StoreKeyring.OpenAsync(_blobs, both, pins, Cancellation);
        using StoreKeyring other = await StoreKeyring.OpenAsync(_blobs, both, pins, Cancellation);

        await one.RemoveAsync(((KeyFileRecipient)first).RecipientId, both, s_local, Cancellation);
        RefusedException late = await Assert.ThrowsAsync<RefusedException>(() => other.RemoveAsync(((KeyFileRecipient)second).RecipientId, both, s_local, Cancellation));

        Assert.Contains("was put back", late.Message);
        (await OpenAsync(pins, "second key file")).Dispose();
    }

    [Fact]
    public async Task A_recipient_is_not_added_twice()
    {
        StorePins pins = await InitializeAsync("key file");
        using IStoreKeyRecipient again = _kinds.Opening("key file");
        using StoreKeyring keyring = await StoreKeyring.OpenAsync(_blobs, [again], pins, Cancellation);

        Assert.Contains("already", (await Assert.ThrowsAsync<UsageException>(() => keyring.AddAsync(again, Cancellation))).Message);
    }

    [Fact]
    public async Task A_recipient_that_does_not_unwrap_what_it_wraps_is_never_added()
    {
        StorePins pins = await InitializeAsync("key file");
        using IStoreKeyRecipient first = _kinds.Opening("key file");
        using IStoreKeyRecipient vault = _kinds.Opening("Key Vault");
        using StoreKeyring keyring = await StoreKeyring.OpenAsync(_blobs, [first], pins, Cancellation);
        _kinds.Vault.Faults.Enqueue(new(200, Body: """{"key":{"kid":"KID","kty":"RSA","key_ops":["wrapKey","unwrapKey"],"n":"NNN","e":"AQAB"}}""".Replace("KID", $"{_kinds.Vault.AddressOf("store")}/{_kinds.Vault.Keys["store"].Newest.Version}", StringComparison.Ordinal).Replace("NNN", new string('_', 344), StringComparison.Ordinal)));
        _kinds.Vault.Faults.Enqueue(new(200, Body: """{"value":"AAAA"}"""));

        await Assert.ThrowsAsync<SealException>(() => keyring.AddAsync(vault, Cancellation));

        Assert.Equal(2, (await NamesAsync()).Count);
    }

    [Fact]
    public async Task A_document_under_anothers_name_opens_nothing_and_is_named()
    {
        StorePins pins = await InitializeAsync("key file");
        string name = (await NamesAsync()).Single(n => n.StartsWith("keys/", StringComparison.Ordinal));
        StoredBlob document = (await _blobs.GetAsync(new BlobName(name), 10_000, Cancellation))!;
        string moved = name.Replace("/key-file-", "/key-file-0", StringComparison.Ordinal);
        await _blobs.PutAsync(new BlobName(moved), document.Content, PutCondition.Always, null, Cancellation);
        await _blobs.DeleteAsync(new BlobName(name), null, Cancellation);

        SealException e = await Assert.ThrowsAsync<SealException>(() => OpenAsync(pins, "key file"));

        Assert.Contains(moved, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flood_of_planted_key_documents_does_not_keep_a_store_closed_and_is_reported()
    {
        StorePins pins = await InitializeAsync("key file");
        for (int i = 0; i < 3 * KeyDocuments.MaxRecipients; i++)
        {
            await _blobs.PutAsync(new BlobName($"keys/{pins.KeyId}/key-file-{i}.json"), "{}"u8.ToArray(), PutCondition.Always, null, Cancellation);
        }

        using IStoreKeyRecipient recipient = _kinds.Opening("key file");
        using StoreKeyring keyring = await StoreKeyring.OpenAsync(_blobs, [recipient], pins, Cancellation);

        Assert.Equal(pins.KeyId, keyring.KeyId);
        Assert.Single(keyring.Recipients);
        Assert.Contains("more than 64 key documents, and 129 were passed over", Assert.Single(keyring.Remarks), StringComparison.Ordinal);
        Assert.Equal(KeyDocuments.MaxRecipients, (await StoreKeyring.ReadDocumentsAsync(_blobs, Cancellation)).Count);
    }

    [Fact]
    public async Task A_changed_and_an_unreadable_document_of_another_recipient_do_not_keep_the_store_closed_and_do_not_count()
    {
        StorePins pins = await InitializeAsync("key file", "second key file", "managed HSM");
        string[] names = [.. (await NamesAsync()).Where(n => n.Contains("/key-file-", StringComparison.Ordinal))];
        using IStoreKeyRecipient first = _kinds.Opening("key file");
        string others = names.Single(n => !n.Contains(((KeyFileRecipient)first).RecipientId, StringComparison.Ordinal));
        StoredBlob blob = (await _blobs.GetAsync(new BlobName(others), 10_000, Cancellation))!;
        await _blobs.PutAsync(new BlobName(others), System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(blob.Content.Span).Replace("2026", "2025", StringComparison.Ordinal)), PutCondition.Always, null, Cancellation);
        string hsm = (await NamesAsync()).Single(n => n.Contains("azure", StringComparison.Ordinal));
        await _blobs.PutAsync(new BlobName(hsm), "garbage"u8.ToArray(), PutCondition.Always, null, Cancellation);

        using StoreKeyring keyring = await StoreKeyring.OpenAsync(_blobs, [first], pins, Cancellation);

        Assert.Equal(((KeyFileRecipient)first).RecipientId, Assert.Single(keyring.Recipients).Id);
        Assert.Equal(3, keyring.Documents.Count);
        await Assert.ThrowsAsync<SealException>(() => OpenAsync(pins, "second key file"));
    }

    private async Task<StorePins> InitializeAsync(params string[] names)
    {
        IStoreKeyRecipient[] recipients = [.. names.Select(_kinds.Wrapping)];
        return await StoreCreation.InitializeAsync(_blobs, recipients, _time, Cancellation);
    }

    private async Task<SealedStore> OpenAsync(StorePins pins, string name)
    {
        using IStoreKeyRecipient recipient = _kinds.Opening(name);
        return await StoreOpening.OpenAsync(_blobs, [recipient], pins, Cancellation);
    }

    private async Task<List<string>> NamesAsync()
    {
        var names = new List<string>();
        await foreach (BlobEntry entry in _blobs.ListAsync("", Cancellation))
        {
            names.Add(entry.Name.Value);
        }

        return names;
    }
}
