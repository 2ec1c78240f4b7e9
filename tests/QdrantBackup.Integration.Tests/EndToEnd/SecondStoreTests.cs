namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>Two copies of every backup, seen from the command line: what one store loses, the other has.</summary>
public sealed class SecondStoreTests
{
    private const string Collection = "late-interaction";

    [Fact]
    public async Task A_backup_goes_into_both_stores_and_a_damage_in_the_first_is_told_worked_around_and_mended()
    {
        await using var site = await StartAsync();
        var id = await site.BackUpAsync();
        Assert.True(File.Exists(Path.Combine(site.Files.SecondDirectory, "manifests", id)));

        var chunk = DamageTests.Flip(site.Files.StoreDirectory, "chunks");
        var verified = await site.RunAsync("verify", id);
        Told.Clearly(verified, exitCode: 5, chunk, id, "qdrant-backup repair");

        var before = site.Hashes();
        var restored = await site.RunAsync("restore", "--id", id, "--full", "--suffix", "-2");
        Assert.True(restored.ExitCode == 0, restored.Errors);
        Assert.Contains("came from the second store", restored.Errors, StringComparison.Ordinal);
        Assert.Equal(before[Collection], site.Hashes()[$"{Collection}-2"]);

        var repaired = await site.RunAsync("repair", id);
        Assert.True(repaired.ExitCode == 0, repaired.Errors);
        Assert.Contains("1 damaged blobs were mended", repaired.Errors, StringComparison.Ordinal);

        var usage = await site.RunAsync("usage");
        Assert.Matches(@"BACKUP +SIZE +ITS OWN +SHARED", usage.Results);
        Assert.Contains(id, usage.Results, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_lost_is_read_from_its_copy_and_made_again_from_it()
    {
        await using var site = await StartAsync();
        var id = await site.BackUpAsync();
        var before = site.Hashes();
        Directory.Move(site.Files.StoreDirectory, site.Files.StoreDirectory + ".lost");

        var listed = await site.RunAsync("list");
        Assert.Contains(id, listed.Results, StringComparison.Ordinal);
        Assert.Contains("the first is away", listed.Errors, StringComparison.Ordinal);
        var restored = await site.RunAsync("restore", "--latest", "--full", "--suffix", "-2");
        Assert.True(restored.ExitCode == 0, restored.Errors);
        Assert.Contains("stood in for the first", restored.Errors, StringComparison.Ordinal);
        Assert.Equal(before[Collection], site.Hashes()[$"{Collection}-2"]);
        var made = await site.RunAsync("copy", "--back");
        Assert.True(made.ExitCode == 0, made.Errors);
        Assert.NotEqual(id, await site.BackUpAsync());
    }

    private static async Task<Site> StartAsync()
    {
        var site = await Site.StartAsync([Collection], hasSecond: true);
        Directory.CreateDirectory(Path.GetDirectoryName(site.Files.SecondDirectory)!);
        return site;
    }
}
