using QdrantBackup.Integration.Tests.EndToEnd;

namespace QdrantBackup.Integration.Tests.Keys;

/// <summary>A recipient that is added to one store and not to the other would be found out when the other is needed.</summary>
public sealed class SecondStoreKeysTests
{
    [Fact]
    public async Task Recipients_are_added_wrapped_anew_and_removed_in_both_stores_or_the_command_warns()
    {
        await using var site = await Site.StartAsync(["empty"], hasSecond: true);
        Directory.CreateDirectory(Path.GetDirectoryName(site.Files.SecondDirectory)!);
        await site.BackUpAsync();
        var first = Path.GetFileNameWithoutExtension(Assert.Single(Recipients(site.Files.SecondDirectory)));

        var added = await site.RunAsync("key", "add-recipient", "--key-file", Path.Combine(site.Files.Folder, "new.key"));
        Assert.True(added.ExitCode == 0, added.Errors);
        Assert.Equal(Recipients(site.Files.StoreDirectory), Recipients(site.Files.SecondDirectory));
        Assert.Equal(2, Recipients(site.Files.SecondDirectory).Length);

        var rewrapped = await site.RunAsync("key", "rewrap");
        Assert.True(rewrapped.ExitCode == 0, rewrapped.Errors);
        Assert.Contains("The same was done in the second store", rewrapped.Errors, StringComparison.Ordinal);

        Directory.Move(Path.GetDirectoryName(site.Files.SecondDirectory)!, Path.Combine(site.Files.Folder, "away"));
        var removed = await site.RunAsync("key", "remove-recipient", added.Results.Trim());
        Assert.Equal(3, removed.ExitCode);
        Assert.Contains($"NOT done in the second store {site.Files.SecondDirectory}", removed.Errors, StringComparison.Ordinal);
        Assert.Equal([first], Recipients(site.Files.StoreDirectory).Select(Path.GetFileNameWithoutExtension));
    }

    private static string[] Recipients(string store) =>
        [.. Directory.EnumerateFiles(Path.Combine(store, "keys"), "*.json", SearchOption.AllDirectories).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
}
