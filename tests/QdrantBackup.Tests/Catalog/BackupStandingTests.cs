using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Parts;

namespace QdrantBackup.Tests.Catalog;

/// <summary>The one definition of a backup that stands for its cluster.</summary>
public sealed class BackupStandingTests
{
    private static readonly DateTimeOffset Now = new(2026, 9, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly BackupFindings Nothing = new(0, 0, null);

    public static TheoryData<string, string?> Reasons => new()
    {
        { "good", null },
        { "owes", null },
        { "retired", "was ended" },
        { "damaged manifest", "is damaged: its manifest cannot be read" },
        { "ahead", "is dated ahead of the store's clock: it began at 2026-09-01 13:00:00Z, and the clock shows 2026-09-01 12:00:00Z" },
        { "selection", "holds a selection of the collections only" },
        { "partial", "is partial" },
        { "suspect", "is suspect: it holds no collection" },
        { "confirmed", null },
        { "damaged", "is known to be damaged: 3 blobs" },
        { "unreadable", "may be damaged: the record of its verifications cannot be read" },
        { "nobody looked", "was not checked: it is not known whether it is damaged" },
    };

    [Theory]
    [MemberData(nameof(Reasons))]
    public void A_backup_stands_for_its_cluster_unless_something_speaks_against_it(string which, string? why)
    {
        Assert.Equal(why, BackupStanding.WhyNotGood(Entry(which, minutes: 0), Now));
        Assert.Equal(why is null, BackupStanding.IsGood(Entry(which, minutes: 0), Now));
    }

    [Fact]
    public void Each_cluster_has_its_newest_good_backup_and_its_newest_that_owes_no_proof()
    {
        CatalogEntry[] entries =
        [
            Entry("good", 1), Entry("good", 2), Entry("owes", 3), Entry("damaged", 4), Entry("suspect", 5), Entry("selection", 6), Entry("partial", 7), Entry("ahead", 8),
            Entry("good", 9, "other"), Entry("damaged", 10, "lost"),
        ];

        Assert.Equal(entries[2], BackupStanding.NewestGood(entries.Where(e => e.Summary!.Cluster == "prod"), Now));
        IReadOnlyDictionary<string, IReadOnlySet<BackupId>> kept = BackupStanding.NewestGoodOfEach(entries.Reverse(), Now);
        Assert.Equal(["other", "prod"], kept.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([entries[1].Id, entries[2].Id], kept["prod"].OrderBy(id => id.Value, StringComparer.Ordinal));
        Assert.Equal(entries[8].Id, Assert.Single(kept["other"]));
        Assert.Null(BackupStanding.NewestGood([], Now));
    }

    private static CatalogEntry Entry(string which, int minutes, string cluster = "prod")
    {
        DateTimeOffset began = which == "ahead" ? Now.AddHours(1) : Now.AddHours(-1).AddMinutes(minutes);
        var id = new BackupId($"{began.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-0000{minutes % 10}0");
        var summary = new BackupSummary
        {
            Format = 1, Id = id, Cluster = cluster, Started = began, Finished = began, CollectionCount = 0, PartCount = 0, Totals = CaptureTotals.None, ManifestHash = new string('0', 64),
            State = which == "partial" ? BackupState.Partial : BackupState.Complete,
            Selection = which == "selection" ? "0123456789abcdef" : null,
            Suspect = which is "suspect" or "confirmed" ? "it holds no collection" : null,
        };
        BackupFindings? findings = which switch
        {
            "owes" => Nothing with { OwedProofs = 1 },
            "damaged" => Nothing with { Damaged = 3 },
            "unreadable" => Nothing with { IsUnreadable = true },
            "confirmed" => Nothing with { Confirmed = new Confirmation { Id = id, ManifestHash = summary.ManifestHash, By = "alice", At = Now } },
            "nobody looked" => null,
            _ => Nothing,
        };
        return new CatalogEntry(id, which == "damaged manifest" ? null : summary, Retired: which == "retired") { Findings = findings };
    }
}
