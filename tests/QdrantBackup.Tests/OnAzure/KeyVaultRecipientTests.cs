using System.Diagnostics;
using KeyVaultStandIn;
using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Harness;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure.KeyVault;
using QdrantBackup.Sealing;

namespace QdrantBackup.Tests.OnAzure;

/// <summary>Failures and odd answers of a vault, and how the recipient handles them.</summary>
public sealed class KeyVaultRecipientTests : IAsyncLifetime
{
    private readonly StoreId _storeId = StoreId.Generate();
    private readonly StoreKey _key = StoreKey.Generate();
    private TestVault _vault = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _vault = await TestVault.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _key.Dispose();
        await _vault.DisposeAsync();
    }

    [Fact]
    public async Task The_first_request_carries_no_token_and_no_content_and_the_version_that_wrapped_is_recorded()
    {
        using var recipient = _vault.Add("store");
        var version = _vault.Server.Keys["store"].Newest.Version;

        var document = await recipient.WrapAsync(_key, _storeId, Cancellation);

        Assert.Equal($"{_vault.Server.AddressOf("store")}/{version}", document.Recipient.Key);
        Assert.Equal("RSA-OAEP-256", document.Recipient.Algorithm);
        Assert.Equal(["GET /keys/store 401", "GET /keys/store 200", $"POST /keys/store/{version}/wrapkey 401", $"POST /keys/store/{version}/wrapkey 200"], _vault.Server.Requests);
        Assert.All(_vault.TokensAsked, asked => Assert.Equal((_vault.Server.Tenant, $"{_vault.Server.Resource}/.default"), (asked.TenantId, asked.Scopes.Single())));
    }

    [Fact]
    public async Task A_managed_hsm_wraps_with_A256KW()
    {
        using var recipient = _vault.Add("hsm", VaultedKey.Aes());

        var document = await recipient.WrapAsync(_key, _storeId, Cancellation);

        Assert.Equal("A256KW", document.Recipient.Algorithm);
        Assert.Equal(40, document.Wrapped.Length);
    }

    [Fact]
    public async Task A_configured_version_wraps_even_if_a_newer_one_exists()
    {
        var old = _vault.Server.Keys.GetOrAdd("store", _ => TestVault.CheapRsa()).Newest.Version;
        _vault.Server.Keys["store"].Rotate();
        using var recipient = _vault.Recipient("store", version: old);

        var document = await recipient.WrapAsync(_key, _storeId, Cancellation);

        Assert.EndsWith(old, document.Recipient.Key, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_key_still_unwraps_but_does_not_wrap_and_its_expiry_is_reported()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var recipient = _vault.Add("store", time: time);
        var document = await recipient.WrapAsync(_key, _storeId, Cancellation);
        var expires = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 60);
        _vault.Server.Keys["store"].Newest.Expires = expires;

        using var unwrapped = await recipient.UnwrapAsync(document, _storeId, Cancellation);

        Assert.True(unwrapped.FixedTimeEquals(_key));
        Assert.Equal(new RecipientKeyState(expires, IsEnabled: true, IsNewest: true), await recipient.LookAsync(document.Recipient, Cancellation));
        var e = await Assert.ThrowsAsync<UsageException>(() => recipient.WrapAsync(_key, _storeId, Cancellation));
        Assert.Contains("expired", e.Message, StringComparison.Ordinal);
        Assert.Contains("still unwraps", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disabled_key_does_neither_and_the_error_has_the_command_that_enables_it()
    {
        using var recipient = _vault.Add("store");
        var document = await recipient.WrapAsync(_key, _storeId, Cancellation);
        _vault.Server.Keys["store"].Newest.IsEnabled = false;

        var unwrap = await Assert.ThrowsAsync<StoreException>(() => recipient.UnwrapAsync(document, _storeId, Cancellation));
        var wrap = await Assert.ThrowsAsync<UsageException>(() => recipient.WrapAsync(_key, _storeId, Cancellation));

        Assert.Contains($"az keyvault key set-attributes --id {document.Recipient.Key} --enabled true", unwrap.Hint, StringComparison.Ordinal);
        Assert.False(unwrap.IsTransient);
        Assert.Contains("is disabled", wrap.Message, StringComparison.Ordinal);
        Assert.False((await recipient.LookAsync(document.Recipient, Cancellation)).IsEnabled);
    }

    [Fact]
    public async Task Unusable_keys_are_refused_before_anything_is_wrapped()
    {
        var later = TimeProvider.System.GetUtcNow().AddDays(1);
        await RefusedAsync(VaultedKey.Elliptic(), "of type EC");
        await RefusedAsync(VaultedKey.Rsa(1024), "1024 bits");
        await RefusedAsync(new VaultedKey(new VaultedVersion { Rsa = TestVault.CheapRsa().Newest.Rsa, NotBefore = later }), "not valid before");
        await RefusedAsync(new VaultedKey(new VaultedVersion { Rsa = TestVault.CheapRsa().Newest.Rsa, Operations = ["sign", "wrapKey"] }), "does not permit unwrapKey");
        Assert.DoesNotContain(_vault.Server.Requests, request => request.Contains("wrapkey", StringComparison.Ordinal));

        async Task RefusedAsync(VaultedKey key, string reason)
        {
            using var recipient = _vault.Add("useless", key);
            Assert.Contains(reason, (await Assert.ThrowsAsync<UsageException>(() => recipient.WrapAsync(_key, _storeId, Cancellation))).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(401, null, false, "another tenant")]
    [InlineData(403, null, false, "Key Vault Crypto Service Encryption User")]
    [InlineData(403, "ForbiddenByRbac", false, "Key Vault Crypto Service Encryption User")]
    [InlineData(403, "ForbiddenByFirewall", false, "firewall")]
    [InlineData(403, "KeyDisabled", false, "set-attributes")]
    [InlineData(403, "KeyOperationForbidden", false, "wrapKey and unwrapKey")]
    [InlineData(404, "KeyNotFound", false, "az keyvault key recover")]
    [InlineData(409, "Conflict", false, "documentation")]
    [InlineData(429, "Throttled", true, "repeated by itself")]
    [InlineData(500, null, true, "repeated by itself")]
    [InlineData(503, null, true, "repeated by itself")]
    [InlineData(0, null, true, "name resolution")]
    public async Task A_refusal_has_a_hint_and_hides_the_token(int status, string? code, bool isTransient, string hint)
    {
        _vault.Add("store").Dispose();
        using var recipient = _vault.Recipient("store", retries: 0);
        var document = await recipient.WrapAsync(_key, _storeId, Cancellation);
        _vault.Server.Faults.Enqueue(new VaultFault(status, code));

        var failure = await Assert.ThrowsAsync<StoreException>(() => recipient.UnwrapAsync(document, _storeId, Cancellation));

        Assert.Equal(isTransient, failure.IsTransient);
        Assert.Contains(hint, failure.Hint, StringComparison.Ordinal);
        Assert.Contains(document.Recipient.Key!, failure.Message, StringComparison.Ordinal);
        Assert.True(status == 0 || failure.Message.Contains("0f0f0f0f-1111", StringComparison.Ordinal), failure.Message);
        Assert.DoesNotContain(_vault.Server.Token, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_busy_vault_is_asked_again_at_the_time_it_names_and_a_failing_one_a_few_times()
    {
        using var recipient = _vault.Add("store");
        var document = await recipient.WrapAsync(_key, _storeId, Cancellation);
        _vault.Server.Faults.Enqueue(new VaultFault(429, "Throttled", RetryAfter: 1));
        _vault.Server.Faults.Enqueue(new VaultFault(503));
        _vault.Server.Faults.Enqueue(new VaultFault(0));
        var watch = Stopwatch.StartNew();

        using var unwrapped = await recipient.UnwrapAsync(document, _storeId, Cancellation);

        Assert.True(unwrapped.FixedTimeEquals(_key));
        Assert.True(watch.Elapsed > TimeSpan.FromMilliseconds(900), $"asked again after {watch.Elapsed}");
        Assert.Empty(_vault.Server.Faults);
    }

    [Fact]
    public async Task Patience_ends_with_a_vault_that_never_answers_or_asks_for_an_hour()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        _vault.Add("store").Dispose();
        using var recipient = _vault.Recipient("store", time, patience: TimeSpan.FromMinutes(2));
        var document = await recipient.WrapAsync(_key, _storeId, Cancellation);
        foreach (var fault in new[] { new VaultFault(200, IsSlow: true), new VaultFault(429, RetryAfter: 3600) })
        {
            _vault.Server.Faults.Enqueue(fault);
            var unwrapping = recipient.UnwrapAsync(document, _storeId, Cancellation);
            await Waiting.UntilAsync("the vault to be asked", () => _vault.Server.Faults.IsEmpty);
            time.Advance(TimeSpan.FromMinutes(3));
            var failure = await Assert.ThrowsAsync<StoreException>(() => unwrapping.WithinAsync("the patience to end"));
            Assert.True(failure.IsTransient);
            Assert.Contains("stopped answering", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_caller_can_cancel_its_wait()
    {
        using var recipient = _vault.Add("store");
        var document = await recipient.WrapAsync(_key, _storeId, Cancellation);
        _vault.Server.Faults.Enqueue(new VaultFault(200, IsSlow: true));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var unwrapping = recipient.UnwrapAsync(document, _storeId, stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => unwrapping);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>a proxy's page</html>")]
    [InlineData("{}")]
    [InlineData("""{"value":17}""")]
    [InlineData("""{"value":"not base64url!"}""")]
    [InlineData("""{"value":"AA\u0041A"}""")]
    [InlineData("""{"inner":{"value":"AAAA"}}""")]
    [InlineData("""{"value":""")]
    public async Task An_answer_that_is_not_a_vaults_is_reported_and_the_request_is_not_repeated(string body)
    {
        using var recipient = _vault.Add("store");
        var document = await recipient.WrapAsync(_key, _storeId, Cancellation);
        _vault.Server.Faults.Enqueue(new VaultFault(200, Body: body));

        var e = await Assert.ThrowsAsync<StoreException>(() => recipient.UnwrapAsync(document, _storeId, Cancellation));

        Assert.Contains("no answer of a key vault", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("proxy's page", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_off()
    {
        using var recipient = _vault.Add("store");
        var document = await recipient.WrapAsync(_key, _storeId, Cancellation);
        foreach (var status in new[] { 200, 403 })
        {
            _vault.Server.Faults.Enqueue(new VaultFault(status, Body: $$"""{"value":"{{new string('A', 1 << 20)}}"}"""));
            await Assert.ThrowsAsync<StoreException>(() => recipient.UnwrapAsync(document, _storeId, Cancellation));
        }
    }

    [Fact]
    public async Task A_vault_that_answers_for_another_key_is_not_believed()
    {
        using var recipient = _vault.Add("store");
        foreach (var kid in new[] { $"{_vault.Server.AddressOf("other")}/1", "https://other.vault.azure.net/keys/store/1", $"{_vault.Server.AddressOf("store")}", "nonsense" })
        {
            _vault.Server.Faults.Enqueue(new VaultFault(200, Body: $$$"""{"key":{"kid":"{{{kid}}}","kty":"oct-HSM","key_ops":["wrapKey","unwrapKey"]}}"""));
            await Assert.ThrowsAsync<StoreException>(() => recipient.WrapAsync(_key, _storeId, Cancellation));
        }
    }

    [Fact]
    public async Task The_vault_in_a_document_is_never_contacted()
    {
        using var recipient = _vault.Add("store");
        await using var evil = await TestVault.StartAsync();
        var document = await recipient.WrapAsync(_key, _storeId, Cancellation);
        var version = _vault.Server.Keys["store"].Newest.Version;
        var elsewhere = document with { Recipient = document.Recipient with { Key = $"{evil.Server.AddressOf("store")}/{version}" } };

        using var unwrapped = await recipient.UnwrapAsync(elsewhere, _storeId, Cancellation);

        Assert.True(unwrapped.FixedTimeEquals(_key));
        Assert.Empty(evil.Server.Requests);
        foreach (var key in new[] { null, "nonsense", $"{_vault.Server.AddressOf("store")}", $"{_vault.Server.AddressOf("other")}/{version}" })
        {
            Assert.False(recipient.IsFor(document.Recipient with { Key = key }));
        }
    }

    [Fact]
    public async Task A_challenge_for_another_service_gets_no_token()
    {
        using var recipient = _vault.Add("store");
        _vault.Server.Resource = "https://management.azure.com";

        var e = await Assert.ThrowsAsync<StoreException>(() => recipient.WrapAsync(_key, _storeId, Cancellation));

        Assert.Contains("another service", e.Message, StringComparison.Ordinal);
        Assert.Empty(_vault.TokensAsked);
    }

    [Fact]
    public async Task Another_client_behind_the_port_wraps_and_unwraps_in_this_ones_place()
    {
        var other = new CountingResolver(_vault.Connection().Keys);
        _vault.Server.AddKey("store", TestVault.CheapRsa());
        Assert.True(VaultKeyAddress.TryParse(_vault.Server.AddressOf("store").ToString(), out var address));
        using var recipient = new KeyVaultRecipient(address, _vault.Connection(resolver: other), TimeProvider.System);

        var document = await recipient.WrapAsync(_key, _storeId, Cancellation);
        using var unwrapped = await recipient.UnwrapAsync(document, _storeId, Cancellation);

        Assert.Equal([document.Recipient.Key!, document.Recipient.Key!], other.Asked);
    }

    [Fact]
    public async Task A_machine_without_an_identity_gets_a_clear_error()
    {
        using var recipient = _vault.Add("store");
        _vault.IsSignedIn = false;

        var e = await Assert.ThrowsAsync<StoreException>(() => recipient.WrapAsync(_key, _storeId, Cancellation));

        Assert.Contains("no identity", e.Message, StringComparison.Ordinal);
        Assert.Contains("az login", e.Hint, StringComparison.Ordinal);
    }
}
