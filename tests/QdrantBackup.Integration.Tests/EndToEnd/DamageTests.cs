using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>One flipped byte in the store, seen from the command line.</summary>
public sealed class DamageTests
{
    private const string Collection = "late-interaction";

    [Theory]
    [InlineData("chunks")]
    [InlineData("lists")]
    [InlineData("manifests")]
    public async Task A_flipped_byte_stops_the_restore_before_Qdrant_changes_anything_and_fails_the_verification(string folder)
    {
        await using var site = await Site.StartAsync([Collection]);
        var id = await site.BackUpAsync();

        // Something else than what is in the backup, so that a restore would show.
        site.Qdrant.SetCollection(Collection, Path.Combine(Fixtures.Snapshots, "empty.snapshot"));
        var before = site.Hashes();
        var blob = Flip(site.Files.StoreDirectory, folder);

        var restore = await site.RunAsync("restore", "--id", id, "--full", "--overwrite");
        Told.Clearly(restore, exitCode: 5, blob);
        Assert.Equal(before, site.Hashes());
        Assert.Empty(site.SnapshotsOf([Collection]));

        var beside = await site.RunAsync("restore", "--id", id, "--full", "--suffix", "-2");
        Told.Clearly(beside, exitCode: 5, blob);
        Assert.Equal([Collection], site.Qdrant.Collections);

        Told.Clearly(await site.RunAsync("verify", id), exitCode: 5, blob);
    }

    [Fact]
    public async Task An_undamaged_backup_verifies_at_both_levels()
    {
        await using var site = await Site.StartAsync([Collection]);
        var id = await site.BackUpAsync();

        Assert.Equal(0, (await site.RunAsync("verify")).ExitCode);
        Assert.Equal(0, (await site.RunAsync("verify", id, "--level", "exists")).ExitCode);
    }

    /// <summary>Flips a byte in the middle of one blob and returns the blob's name.</summary>
    internal static string Flip(string store, string folder)
    {
        var file = Directory.EnumerateFiles(Path.Combine(store, folder), "*", SearchOption.AllDirectories).OrderBy(f => f, StringComparer.Ordinal).First();
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(file, bytes);
        return Path.GetRelativePath(store, file);
    }
}
