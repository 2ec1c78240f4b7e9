using QdrantBackup.Configuration.Access;

namespace QdrantBackup.Tests.Configuration.Access;

public sealed class ApiKeyRingTests
{
    private readonly NewApiKey reader = NewApiKey.Generate();
    private readonly NewApiKey operations = NewApiKey.Generate();
    private readonly NewApiKey admin = NewApiKey.Generate();

    private ApiKeyRing Ring => new(
    [
        new ApiKeyOptions("reader", reader.Sha256, ApiScopes.Read),
        new ApiKeyOptions("operations", operations.Sha256, ApiScopes.Backup),
        new ApiKeyOptions("admin", admin.Sha256, ApiScopes.Admin),
    ]);

    [Theory]
    [InlineData(ApiScopes.Read, true, true, true)]
    [InlineData(ApiScopes.Backup, false, true, true)]
    [InlineData(ApiScopes.Restore, false, false, true)]
    [InlineData(ApiScopes.Admin, false, false, true)]
    public void A_key_grants_its_scopes_and_what_they_imply(ApiScopes scope, bool byReader, bool byOperations, bool byAdmin)
    {
        Assert.Equal(Expect(byReader, "reader"), Ring.Check(reader.Key, scope));
        Assert.Equal(Expect(byOperations, "operations"), Ring.Check(operations.Key, scope));
        Assert.Equal(Expect(byAdmin, "admin"), Ring.Check(admin.Key, scope));
    }

    [Fact]
    public void A_missing_key_and_an_unknown_one_are_told_apart()
    {
        Assert.Equal(ApiVerdict.Missing, Ring.Check(null, ApiScopes.Read).Verdict);
        Assert.Equal(ApiVerdict.Missing, Ring.Check("", ApiScopes.Read).Verdict);
        Assert.Equal(ApiVerdict.Unknown, Ring.Check(admin.Key + "x", ApiScopes.Read).Verdict);
        Assert.Equal(ApiVerdict.Unknown, Ring.Check(admin.Sha256, ApiScopes.Read).Verdict);
        Assert.Equal(ApiVerdict.Unknown, Ring.Check(new string('k', 1_000_000), ApiScopes.Read).Verdict);
        Assert.True(new ApiKeyRing([]).IsEmpty);
        Assert.Equal(ApiVerdict.Unknown, new ApiKeyRing([]).Check(admin.Key, ApiScopes.Read).Verdict);
    }

    [Fact]
    public void A_new_key_is_long_random_and_hashes_to_what_is_configured()
    {
        Assert.Matches("^qb_[0-9a-hjkmnp-tv-z]{52}$", reader.Key);
        Assert.NotEqual(reader.Key, admin.Key);
        Assert.Equal(NewApiKey.HashOf(reader.Key), reader.Sha256);
    }

    private static ApiAccess Expect(bool granted, string name) => new(granted ? ApiVerdict.Granted : ApiVerdict.Forbidden, name);
}
