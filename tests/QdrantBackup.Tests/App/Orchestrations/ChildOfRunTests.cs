using Microsoft.DurableTask;
using QdrantBackup.App.Backups;
using QdrantBackup.App.Copies;
using QdrantBackup.App.Restores;
using QdrantBackup.App.Retention;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Verifications;
using QdrantBackup.Capture;
using QdrantBackup.Ids;
using QdrantBackup.Replication;
using QdrantBackup.Verification;

namespace QdrantBackup.Tests.App.Orchestrations;

/// <summary>A step of a run that no run started does nothing: no activity is called, whatever its input says.</summary>
public sealed class ChildOfRunTests
{
    private const string Run = RehearsedRestore.RunId;
    private static readonly LanePart Part = new(1, new PartKey("docs", "http://node:6333"), 1000);

    private static readonly Dictionary<string, Func<TaskOrchestrationContext, Task>> Children = new(StringComparer.Ordinal)
    {
        [nameof(RestoreItemOrchestrator)] = c => RestoreItemOrchestrator.RunAsync(c, new ItemInput(Run, new RestoreItemRef(1, "docs", 1000, HasAliases: false))),
        [nameof(RestorePagesOrchestrator)] = c => RestorePagesOrchestrator.RunAsync(c, Pages<RestoreItemRef, RestoreCursor>(new RestoreCursor(0))),
        [nameof(VerifyPagesOrchestrator)] = c => VerifyPagesOrchestrator.RunAsync(c, Pages<VerifyItem, VerifyCursor>(new VerifyCursor())),
        [nameof(CopyPagesOrchestrator)] = c => CopyPagesOrchestrator.RunAsync(c, Pages<CopyItem, CopyCursor>(new CopyCursor())),
        [nameof(PartOrchestrator)] = c => PartOrchestrator.RunAsync(c, new PartInput(new RunId(Run), Part)),
        [nameof(LaneOrchestrator)] = c => LaneOrchestrator.RunAsync(c, new LaneInput(Run, "run", new LanePlan(0, 1, 1), 0, LaneOutcome.Nothing)),
    };

    public static TheoryData<string, string, string?> Forgeries
    {
        get
        {
            var forgeries = new TheoryData<string, string, string?>();
            foreach (var child in Children.Keys)
            {
                forgeries.Add(child, "run:i1", null);
                forgeries.Add(child, "run", null);
                forgeries.Add(child, "anything", "run");
                forgeries.Add(child, "run:i1", "another");
                forgeries.Add(child, "run:i1", "running");
                forgeries.Add(child, ":i1", "");
            }

            return forgeries;
        }
    }

    [Theory]
    [MemberData(nameof(Forgeries))]
    public void A_step_that_its_run_did_not_start_ends_at_once_and_calls_nothing(string child, string instanceId, string? parent)
    {
        var stage = new Rehearsal { Self = (instanceId, parent) };

        var refused = Assert.Throws<RefusedStepException>(() => stage.Run(async context =>
        {
            await Children[child](context);
            return 0;
        }));

        Assert.Contains("no run started it", refused.Message, StringComparison.Ordinal);
        Assert.Empty(stage.Calls);
    }

    [Fact]
    public void Every_orchestrator_of_the_app_is_a_run_or_a_step_that_asks_who_started_it()
    {
        string[] runs = [nameof(BackupOrchestrator), nameof(RestoreOrchestrator), nameof(VerifyOrchestrator), nameof(CopyOrchestrator), nameof(RetentionOrchestrator)];
        var all = typeof(RestoreOrchestrator).Assembly.GetTypes()
            .Where(t => t.GetMethods().Any(m => m.GetParameters().Any(p => p.ParameterType == typeof(TaskOrchestrationContext)) && m.CustomAttributes.Any(a => a.AttributeType.Name == "FunctionAttribute")))
            .Select(t => t.Name);

        Assert.Equal(runs.Concat(Children.Keys).Order(StringComparer.Ordinal), all.Order(StringComparer.Ordinal));
    }

    private static PagesInput<TItem, TCursor> Pages<TItem, TCursor>(TCursor first)
        where TCursor : class => new(Run, "run", 1, [], first, Position: null, new PagesOutcome());
}
