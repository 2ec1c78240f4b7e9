using System.Security.Cryptography;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Capture;

/// <summary>
/// The stored plans of backups: a run has one plan, and the first one stored is valid. A plan of more than a hundred parts lies in pages, which are stored before the plan itself, so that a
/// step reads its own page however many parts there are.
/// </summary>
public sealed class BackupPlans(SealedStore store) : RunPlans<BackupPlan>(store, CaptureJson.Default.BackupPlan, plan => plan.RunId, "a backup transfers only what it planned")
{
    /// <summary>Parts of a page.</summary>
    internal const int PageSize = 100;

    private const int PagesAtOnce = 8;

    /// <inheritdoc/>
    public override async Task<BackupPlan> StoreAsync(BackupPlan plan, CancellationToken cancellationToken)
    {
        var head = plan with { Lanes = [.. plan.Parts.GroupBy(p => p.Key.Node).Select(lane => new LaneSize(lane.Key, lane.Count()))] };
        if (plan.Parts.Count > PageSize || plan.Collections.Count > PageSize)
        {
            // Another attempt at this step stores pages of its own; those of the plan that is stored first count.
            var pages = PagesOf(plan);
            head = head with { Collections = [], Parts = [], Pages = new PlanPages(RandomNumberGenerator.GetHexString(16, lowercase: true), pages.Count) };
            await AllAsync(pages.Count, no => Store.PutDocumentAsync(
                NameOf(head, no), SealedType.Record, pages[no], CaptureJson.Default.BackupPlanPage, PutCondition.OnlyIfAbsent, summary: null, cancellationToken), cancellationToken);
        }

        return await WholeAsync(await base.StoreAsync(head, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<BackupPlan?> FindAsync(RunId runId, CancellationToken cancellationToken) =>
        await base.FindAsync(runId, cancellationToken) is { } head ? await WholeAsync(head, cancellationToken) : null;

    /// <summary>Reads the page of a run's plan that has a part: what the plan has of the whole, and the parts and collections of that page.</summary>
    public async Task<BackupPlan> ReadPageAsync(RunId runId, int partNo, CancellationToken cancellationToken)
    {
        var head = await HeadAsync(runId, cancellationToken);
        if (head.Pages is not { } pages)
        {
            return head;
        }

        var no = (partNo - 1) / PageSize;
        return no >= 0 && no < pages.Count ? With(head, [await PageAsync(head, no, cancellationToken)]) : head;
    }

    /// <summary>Reads some parts of a lane, smallest first.</summary>
    public async Task<IReadOnlyList<PlannedPart>> ReadLaneAsync(RunId runId, int lane, int from, int count, CancellationToken cancellationToken)
    {
        var head = await HeadAsync(runId, cancellationToken);
        var first = head.Lanes.Take(lane).Sum(l => l.Parts) + from;
        var last = Math.Min(first + count, head.Lanes.Take(lane + 1).Sum(l => l.Parts)) - 1;
        var found = new List<PlannedPart>(head.Parts);
        for (var no = first / PageSize; head.Pages is not null && no <= last / PageSize && first <= last; no++)
        {
            found.AddRange((await PageAsync(head, no, cancellationToken)).Parts);
        }

        return [.. found.Where(p => p.PartNo > first && p.PartNo <= last + 1)];
    }

    private async Task<BackupPlan> HeadAsync(RunId runId, CancellationToken cancellationToken) => await base.FindAsync(runId, cancellationToken) ?? throw Missing(runId);

    private async Task<BackupPlan> WholeAsync(BackupPlan head, CancellationToken cancellationToken)
    {
        if (head.Pages is not { } pages)
        {
            return head;
        }

        var read = new BackupPlanPage[pages.Count];
        await AllAsync(pages.Count, async no => read[no] = await PageAsync(head, no, cancellationToken), cancellationToken);
        return With(head, read);
    }

    private async Task<BackupPlanPage> PageAsync(BackupPlan head, int no, CancellationToken cancellationToken)
    {
        var name = NameOf(head, no);
        return await Store.GetDocumentAsync(name, SealedType.Record, CaptureJson.Default.BackupPlanPage, cancellationToken)
            ?? throw new MissingBlobException(name, "is missing: a page of the plan of a backup");
    }

    private static BackupPlan With(BackupPlan head, IReadOnlyList<BackupPlanPage> pages) => head with
    {
        Collections = [.. pages.SelectMany(p => p.Collections).OrderBy(c => c.Name, StringComparer.Ordinal)],
        Parts = [.. pages.SelectMany(p => p.Parts)],
    };

    // A part's collection is on the part's page; those that no part is planned of come last.
    private static List<BackupPlanPage> PagesOf(BackupPlan plan)
    {
        var collections = plan.Collections.GroupBy(c => c.Name).ToDictionary(c => c.Key, c => c.First(), StringComparer.Ordinal);
        var pages = new List<BackupPlanPage>();
        foreach (var parts in plan.Parts.Chunk(PageSize))
        {
            var own = parts.Select(p => p.Key.Collection).Distinct(StringComparer.Ordinal).Where(collections.ContainsKey).ToList();
            pages.Add(new BackupPlanPage { RunId = plan.RunId, Parts = parts, Collections = [.. own.Select(name => collections[name])] });
            own.ForEach(name => collections.Remove(name));
        }

        pages.AddRange(collections.Values.OrderBy(c => c.Name, StringComparer.Ordinal).Chunk(PageSize).Select(rest => new BackupPlanPage { RunId = plan.RunId, Parts = [], Collections = rest }));
        return pages;
    }

    private static BlobName NameOf(BackupPlan head, int no) => BlobNames.Run(head.RunId, $"plan-{head.Pages!.Under}-{no:D4}");

    private static Task AllAsync(int count, Func<int, Task> body, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = PagesAtOnce, CancellationToken = cancellationToken }, async (no, _) => await body(no));
}

/// <summary>Some parts of a plan, and their collections; a sealed record of the run.</summary>
public sealed record BackupPlanPage
{
    /// <summary>Version of the format.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>The parts.</summary>
    public required IReadOnlyList<PlannedPart> Parts { get; init; }

    /// <summary>Their collections.</summary>
    public required IReadOnlyList<ManifestCollection> Collections { get; init; }
}
