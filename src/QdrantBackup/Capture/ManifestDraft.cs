using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Runs;

namespace QdrantBackup.Capture;

/// <summary>Composes a manifest from a run's plan and from what its parts recorded.</summary>
public sealed class ManifestDraft(BackupPlans plans, PartResults results, BackupCatalog catalog, CaptureOptions options)
{
    internal async Task<Manifest> ComposeAsync(RunId runId, CancellationToken cancellationToken)
    {
        BackupPlan plan = await plans.ReadAsync(runId, cancellationToken);
        var ended = new Dictionary<int, PartResult>();
        foreach (PlannedPart part in plan.Parts)
        {
            ended[part.PartNo] = await results.FindAsync(runId, part.PartNo, cancellationToken)
                ?? new PartResult { PartNo = part.PartNo, At = plan.Requested, Error = "it was not captured before the run ended" };
        }

        ManifestPart[] parts = [.. plan.Parts.Select(p => ended[p.PartNo].Part).OfType<ManifestPart>()];
        ManifestCollection[] collections = [.. plan.Collections.Select(c => Cover(c, plan, ended))];
        if (parts.Length == 0 && collections.Length > 0)
        {
            ManifestCollection first = collections[0];
            throw new SourceException(
                $"nothing could be captured: collection '{first.Name}': {first.Missing}",
                ended.Values.Select(r => r.Hint).FirstOrDefault(h => h is not null) ?? "Correct the problem that the message names; then start a new backup.");
        }

        EmptyBackups.ThrowUnlessAllowed(plan.Request, collections.Length, serverIsEmpty: false);
        IReadOnlyList<CatalogEntry> others = await catalog.ListAsync(new CatalogFilter { Cluster = plan.Cluster.Name }, cancellationToken);
        Manifest manifest = Compose(plan, collections, parts, [.. ended.Values.Where(r => r.Part is not null)], Earlier(plan, others));
        return manifest with { Suspect = await new WrongServer(catalog).FindAsync(manifest, others, cancellationToken) };
    }

    private Manifest Compose(
        BackupPlan plan, ManifestCollection[] collections, ManifestPart[] parts, PartResult[] captured, IReadOnlyList<EarlierManifest> earlier) => new()
    {
        Format = Manifest.CurrentFormat,
        Id = plan.RunId.AsBackup(),
        AppVersion = options.AppVersion,
        Cluster = plan.Cluster,
        Started = plan.Requested,
        Finished = captured.Length == 0 ? plan.Requested : captured.Max(r => r.At),

        // When the data is of, not when it was proven: between a snapshot's beginning and the moment at which it was there.
        FirstSnapshot = captured.Length == 0 ? null : captured.Min(r => r.Begun ?? r.At),
        LastSnapshot = captured.Length == 0 ? null : captured.Max(r => r.Seen ?? r.At),
        Schedule = plan.Request.Schedule,
        Classes = plan.Request.Classes,
        Selection = plan.Request.Selection,
        Description = plan.Request.Description,
        Labels = plan.Request.Labels,
        Owner = options.Owner,
        State = collections.All(c => c.Covered) ? BackupState.Complete : BackupState.Partial,
        Collections = collections,
        Parts = parts,
        Earlier = earlier,
        Totals = parts.Aggregate(CaptureTotals.None, static (sum, p) => sum + p.Totals),
    };

    /// <summary>Whether every planned part of a collection was captured. Coverage comes from the plan's placement, never from status codes.</summary>
    private static ManifestCollection Cover(ManifestCollection collection, BackupPlan plan, Dictionary<int, PartResult> ended)
    {
        if (collection.Missing is not null)
        {
            return collection;
        }

        PartResult[] parts = [.. plan.Parts.Where(p => p.Key.Collection == collection.Name).Select(p => ended[p.PartNo])];
        PartResult? missing = parts.FirstOrDefault(p => p.Part is null);
        return missing is not null || parts.Length == 0
            ? collection with { Missing = missing?.Error ?? "no part of it was planned" }
            : collection with
            {
                Covered = true,
                CountProblem = collection.CountProblem ?? parts.Select(p => p.CountProblem).FirstOrDefault(p => p is not null),
                CountIsExact = collection.PointCount is not null && parts.All(p => p.PointCount == collection.PointCount),
            };
    }

    private static EarlierManifest[] Earlier(BackupPlan plan, IReadOnlyList<CatalogEntry> others) =>
    [
        .. others
            .Where(e => e.Summary is not null && e.Id.AsRun() != plan.RunId)
            .OrderBy(e => e.Id.Value, StringComparer.Ordinal)
            .Select(e => new EarlierManifest(e.Id, e.Summary!.ManifestHash)),
    ];
}
