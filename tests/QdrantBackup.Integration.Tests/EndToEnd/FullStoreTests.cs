using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>
/// The disk with the store and the state is full to the last byte, or to the last inode: making room still works. Each test has a small file system of its own, in a
/// namespace where this user may mount one.
/// </summary>
public sealed class FullStoreTests
{
    private const string Collection = "late-interaction";
    private static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(5);

    /// <summary>Runs a program whose arguments are these of bash: mounts, moves the installation onto the small disk, and does what the test asks.</summary>
    private const string OnASmallDisk = """
        set -u
        state=$1/disk/state; folder=$1; options=$2; steps=$3
        mkdir "$folder/disk" || exit 90
        mount -t tmpfs -o "$options" tmpfs "$folder/disk" || exit 91
        trap 'umount -l "$folder/store" "$folder/disk"' EXIT
        cp -a "$folder/store" "$folder/disk/store" && mount --bind "$folder/disk/store" "$folder/store" || exit 92
        [ ! -e "$folder/state" ] || cp -a "$folder/state" "$folder/disk/state" || exit 93 # a run that is not quite over goes on there
        qb() { echo "== $*" | tee /dev/stderr; dotnet "$QDRANT_BACKUP" "$@" --config "$folder/backup.yaml" --state-dir "$state"; echo "-- $1 ended with $?"; }
        fill_bytes() { dd if=/dev/zero of="$folder/disk/ballast" bs=64k 2>/dev/null; dd if=/dev/zero of="$folder/disk/ballast2" bs=1 count=65536 2>/dev/null; }
        fill_inodes() { i=0; while : 2>/dev/null >"$folder/disk/i$i"; do i=$((i+1)); done 2>/dev/null; rm -f "$folder/disk/i$i"; }
        make_room() { rm -f "$folder"/disk/ballast* "$folder"/disk/i[0-9]*; }
        eval "$steps"
        """;

    [Theory]
    [InlineData("size=64m", "fill_bytes", "no space left", "short of bytes")]
    [InlineData("size=400m,nr_inodes=1200", "fill_inodes", "no inodes left", "short of inodes")]
    public async Task A_full_disk_refuses_backups_and_lets_cleanup_and_delete_make_room(string disk, string fill, string refusal, string shortage)
    {
        await using var site = await Site.StartAsync([Collection, "empty"], extraYaml: "  verification: false\n  retention: { schedule: \"off\", afterBackups: false }\n");
        var first = await site.BackUpAsync();
        site.Qdrant.RemoveCollection(Collection);
        var told = await RunAsync(
            site, disk,
            $$"""
            qb backup
            mkdir -p "$folder/store/chunks/ab"; head -c 1000000 /dev/urandom >"$folder/store/chunks/ab/ab$(printf '0%.0s' {1..62})"
            {{fill}}
            qb backup; state=$folder/other; qb backup; state=$folder/disk/state
            qb delete {{first}} --yes
            find "$folder/store/chunks" "$folder/store/lists" "$folder/store/retired" -type f -exec touch -d "4 days ago" {} +
            qb cleanup --yes-delete-unusual
            qb cleanup --empty-trash
            qb cleanup --empty-trash --yes --yes-delete-unusual
            make_room; qb backup; qb verify
            """);

        Assert.Equal(
            ["backup ended with 0", "backup ended with 2", "backup ended with 1", "delete ended with 0", "cleanup ended with 0", "cleanup ended with 0", "cleanup ended with 0", "backup ended with 0", "verify ended with 0"],
            told.Results.Split('\n').Where(line => line.StartsWith("-- ", StringComparison.Ordinal)).Select(line => line[3..]));
        Assert.Contains(refusal, told.Errors, StringComparison.Ordinal);
        Assert.Contains(shortage, told.Errors, StringComparison.Ordinal);
        Assert.Contains("frees no room on the disk now", told.Results, StringComparison.Ordinal);
        Assert.Matches("deleted: [0-9.]+ [KM]iB lie in trash/ on the same disk, which frees nothing until the trash is emptied", told.Results);
        Assert.Contains("nothing was done: what leaves the trash is gone for good", told.Errors, StringComparison.Ordinal);
        Assert.Matches("emptied: [0-9.]+ [KM]iB in [0-9]+ files of the trash are free now", told.Results);
    }

    [Fact]
    public async Task Emptying_the_trash_works_when_even_the_reserve_of_the_store_is_gone()
    {
        await using var site = await Site.StartAsync([Collection], extraYaml: "  verification: false\n");
        var told = await RunAsync(
            site, "size=48m",
            """
            qb backup; mkdir -p "$folder/store/trash/2026-01-01/chunks/ab"; head -c 3000000 /dev/urandom >"$folder/store/trash/2026-01-01/chunks/ab/abcd"
            rm -rf "$folder"/store/.tmp/reserve/*
            fill_bytes
            qb cleanup --empty-trash --yes
            qb cleanup --dry-run
            """);

        Assert.Contains("cleanup ended with 0\n", told.Results, StringComparison.Ordinal);
        Assert.DoesNotContain("cleanup ended with 1", told.Results, StringComparison.Ordinal);
        Assert.Contains("trash: empty.", told.Results, StringComparison.Ordinal);
    }

    private static async Task<CommandResult> RunAsync(Site site, string disk, string steps)
    {
        string[] script = ["bash", "-c", OnASmallDisk, "small-disk", site.Files.Folder, disk, steps];
        string[][] ways = [["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]];
        var environment = new Dictionary<string, string> { ["QDRANT_BACKUP"] = Path.Combine(AppContext.BaseDirectory, "qdrant-backup.dll") };
        foreach (var way in ways)
        {
            if ((await Installation.ProgramAsync([.. way, "mount", "-t", "tmpfs", "tmpfs", "/mnt"])).ExitCode == 0)
            {
                var told = await Installation.ProgramAsync([.. way, .. script], environment, bound: MaxTime);
                Assert.True(told.ExitCode < 90, $"the small disk cannot be made:\n{told.Errors}");
                TestContext.Current.TestOutputHelper?.WriteLine($"{told.Results}\n{told.Errors}");
                return told;
            }
        }

        throw new InvalidOperationException("this test mounts a small file system: run it as root, or let users make namespaces (sysctl kernel.unprivileged_userns_clone=1)");
    }
}
