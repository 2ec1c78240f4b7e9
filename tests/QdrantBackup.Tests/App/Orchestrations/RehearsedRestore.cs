using QdrantBackup.App.Restores;
using QdrantBackup.App.Runs;
using QdrantBackup.Ids;
using QdrantBackup.Restores;
using QdrantBackup.Runs;
using Events = QdrantBackup.App.Runs.Events;

namespace QdrantBackup.Tests.App.Orchestrations;

/// <summary>A restore by the orchestrators of the app, with activities that note what they were asked to change.</summary>
internal sealed class RehearsedRestore
{
    public const string RunId = "20260901T020000Z-aaaaaa";
    public const string PlanHash = "1111111111111111111111111111111111111111111111111111111111111111";

    private readonly List<(TimeSpan At, string PlanHash)> _approvals = [];

    public RehearsedRestore(int items = 1, bool needsApproval = false)
    {
        RestoreItemRef[] refs = [.. Enumerable.Range(1, items).Select(i => new RestoreItemRef(i, $"c{i}", 1000, HasAliases: true))];
        Stage = new Rehearsal()
            .On(nameof(RunActivities.OpenRequest), _ => null)
            .On(nameof(RunActivities.TakeLease), _ => new LeaseReceipt(true, new RunId(RunId), default))
            .On(nameof(RunActivities.RenewRun), _ => Renew())
            .On(nameof(RunActivities.ReleaseRun), _ => null)
            .On(nameof(RunActivities.RecordEnd), end => Recorded = (RunEnd)end!)
            .On(nameof(RestoreActivities.PlanRestore), _ => new RestorePlanReceipt(PlanHash, needsApproval, items, items * 1000))
            .On(nameof(RestoreActivities.FindApproval), wanted => _approvals.Any(a => a.At <= Stage!.Elapsed && a.PlanHash == ((ApprovalWanted)wanted!).PlanHash))
            .On(nameof(RestoreActivities.ListRestoreItems), _ => new RestorePage(refs, null))
            .On(nameof(RestoreActivities.UploadItem), step => Upload((RestoreStep)step!))
            .On(nameof(RestoreActivities.DeleteUploadedCopy), _ => null)
            .On(nameof(RestoreActivities.LookAtCollection), _ => new SettledLook(true, null))
            .On(nameof(RestoreActivities.CheckCollection), _ => new RestoreVerdict(true, 7, 7))
            .On(nameof(RestoreActivities.SetAliases), batch => SetAliases((AliasBatch)batch!));
        Stage.On(nameof(RestorePagesOrchestrator), input => RestorePagesOrchestrator.RunAsync(Stage, (PagesInput<RestoreItemRef, RestoreCursor>)input!));
        Stage.On(nameof(RestoreItemOrchestrator), input => RestoreItemOrchestrator.RunAsync(Stage, (ItemInput)input!));
    }

    public Rehearsal Stage { get; }

    /// <summary>The items that were uploaded, and when.</summary>
    public List<(int ItemNo, TimeSpan At)> Uploads { get; } = [];

    /// <summary>The items whose aliases were set.</summary>
    public List<int> Aliased { get; } = [];

    /// <summary>When the run renewed its pin and its lease.</summary>
    public List<TimeSpan> Renewals { get; } = [];

    /// <summary>What the run recorded at its end.</summary>
    public RunEnd? Recorded { get; private set; }

    /// <summary>What goes wrong with an upload.</summary>
    public Func<int, Exception?> UploadFailure { get; set; } = _ => null;

    /// <summary>What goes wrong with a renewal.</summary>
    public Func<Exception?> RenewalFailure { get; set; } = () => null;

    /// <summary>What goes wrong with aliases.</summary>
    public Func<int, RunError?> AliasFailure { get; set; } = _ => null;

    /// <summary>Somebody approves a plan as the API does: a record, then an event.</summary>
    public RehearsedRestore Approve(TimeSpan after, string planHash)
    {
        _approvals.Add((after, planHash));
        Stage.Sends(after, Events.Approve, "");
        return this;
    }

    /// <summary>An approval is recorded, and the event is lost with the process that was to send it.</summary>
    public void Record(TimeSpan after, string planHash) => _approvals.Add((after, planHash));

    /// <summary>Runs it to its end; a run that fails or is refused throws, after it has recorded that.</summary>
    public RunEnd Run() => Stage.Run(context => RestoreOrchestrator.RunAsync(context, RunId));

    private object? Renew()
    {
        Renewals.Add(Stage.Elapsed);
        return RenewalFailure() is { } failure ? throw failure : null;
    }

    private UploadReceipt Upload(RestoreStep step)
    {
        if (UploadFailure(step.ItemNo) is { } failure)
        {
            throw failure;
        }

        Uploads.Add((step.ItemNo, Stage.Elapsed));
        return new UploadReceipt(step.ItemNo, $"c{step.ItemNo}", 1000);
    }

    private AliasReceipt SetAliases(AliasBatch batch)
    {
        var errors = new List<RunError>();
        foreach (var item in batch.Items)
        {
            if (AliasFailure(item) is { } error)
            {
                errors.Add(error);
            }
            else
            {
                Aliased.Add(item);
            }
        }

        return new AliasReceipt(errors);
    }
}
