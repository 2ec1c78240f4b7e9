using QdrantBackup.Configuration;
using QdrantBackup.Damages;

namespace QdrantBackup.Tests.Configuration;

public sealed class SecondStoreTests
{
    private const string Container = "https://second.blob.core.windows.net/qdrant";

    [Fact]
    public void A_directory_and_a_container_are_two_copies_and_the_container_is_the_store()
    {
        var storage = Configured.Read(("Storage:Remote", Container)).Storage;
        Assert.Equal(("qdrant", "/srv/backups"), (storage.Container, storage.Second!.Local));
        Assert.Null(Configured.Read().Storage.Second);
    }

    [Fact]
    public void The_second_store_is_a_directory_or_a_container()
    {
        Assert.Equal("/mnt/copy", Configured.Read(("Storage:Second", "/mnt/copy")).Storage.Second!.Local);
        var second = Configured.Read(("Storage:Second", Container), ("Storage:SecondConnectionString", "AccountName=a")).Storage.Second!;
        Assert.Equal((new Uri(Container), "AccountName=a", null), (second.Remote, second.ConnectionString, second.Local));
    }

    [Theory]
    [InlineData("Storage:Second", "/srv/backups", "lies in the store itself")]
    [InlineData("Storage:Second", "/srv/backups/../backups/copy", "lies in the store itself")]
    [InlineData("Storage:Second", "/srv", "lies in the store itself")]
    [InlineData("Storage:Second", "relative", "must be")]
    [InlineData("Storage:Second", "rsync://host/x", "is not a kind of store")]
    [InlineData("Storage:Second", "https://a.blob.core.windows.net/c?sig=geheim", "must not carry a SAS")]
    [InlineData("Storage:SecondConnectionString", "AccountName=a;AccountKey=geheim", "is given without")]
    public void What_is_no_second_store_is_refused(string key, string value, string why)
    {
        var problem = Assert.Single(Configured.ProblemsOf((key, value)));
        Assert.Equal(key, problem.Key);
        Assert.Contains(why, problem.Expected, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_third_copy_and_a_copy_of_the_store_in_itself_are_refused()
    {
        Assert.Contains("third copy", Assert.Single(Configured.ProblemsOf(("Storage:Remote", Container), ("Storage:Second", "/mnt/copy"))).Expected, StringComparison.Ordinal);
        var configuration = Configured.From(("Cluster:Name", "demo"), ("Storage:Remote", Container), ("Storage:Second", Container + "/"));
        Assert.Contains("is the store itself", Assert.Single(Assert.Throws<ConfigurationException>(() => BackupOptionsReader.Read(configuration)).Problems).Expected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true", VerifyLevel.Readable, true)]
    [InlineData("exists", VerifyLevel.Exists, true)]
    [InlineData("restorable", VerifyLevel.Restorable, true)]
    [InlineData("false", null, false)]
    public void Verification_says_how_deep_and_whether_the_store_is_read_in_shares(string value, VerifyLevel? level, bool rolls)
    {
        var verification = Configured.Read(("Verification", value)).Verification;
        Assert.Equal((level, rolls, 30), (verification.AfterBackup, verification.Rolling is not null, verification.Shares));
        Assert.Equal(level, Configured.Read(("Verification:Level", value)).Verification.AfterBackup);
    }

    [Fact]
    public void The_shares_and_their_time_are_configured_apart_from_the_level()
    {
        var verification = Configured.Read(("Verification:Level", "none"), ("Verification:Rolling", "0 3 * * 6"), ("Verification:Shares", "4"), ("Verification:TimeZone", "Europe/Berlin")).Verification;
        Assert.Equal((null, "Europe/Berlin", 4), (verification.AfterBackup, verification.Rolling!.TimeZone.Id, verification.Shares));
        Assert.Null(Configured.Read(("Verification:Rolling", "off")).Verification.Rolling);
        Assert.Equal("Verification:Rolling", Assert.Single(Configured.ProblemsOf(("Verification:Rolling", "every day"))).Key);
        Assert.Equal("Verification:Shares", Assert.Single(Configured.ProblemsOf(("Verification:Shares", "1001"))).Key);
    }
}
