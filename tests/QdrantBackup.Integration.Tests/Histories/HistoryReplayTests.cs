using System.Text.Json;
using LocalFunctions.Durable;
using LocalFunctions.Durable.History;
using LocalFunctions.Durable.Replay;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using QdrantBackup.App.Backups;
using QdrantBackup.App.Restores;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Verifications;
using QdrantBackup.Cli.Connection;
using QdrantBackup.Harness;
using QdrantBackup.Tests;

namespace QdrantBackup.Integration.Tests.Histories;

/// <summary>
/// What earlier versions of the orchestrators began, this one goes on with: their recorded histories are replayed. Where one no longer fits, the
/// orchestrator was changed for runs that are under way, and has to branch on the version of its instance (docs/local-functions.md, "Upgrades").
/// </summary>
public sealed class HistoryReplayTests(HistoryReplayTests.BuiltApp app) : IClassFixture<HistoryReplayTests.BuiltApp>
{
    public static TheoryData<string> Recordings => [.. Repository.Files("*.jsonl", HistoryFile.Root).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Every_recorded_history_replays_to_the_end_that_it_had(string recording)
    {
        Assert.All(HistoryFile.Read(Repository.Path(recording)), history =>
        {
            var result = Replay(history.InstanceId, history.Events);

            Assert.True(result.Failure is null, $"{history.Started.Name} {history.InstanceId}: {result.Failure}");
            Assert.Equal((history.Ended.Status, history.Ended.Result), (result.Status.ToString(), result.Output));
        });
    }

    [Fact]
    public void There_are_recordings_of_backups_restores_and_verifications() =>
        Assert.Superset(
            new HashSet<string>(StringComparer.Ordinal) { "BackupOrchestrator", "LaneOrchestrator", "PartOrchestrator", "RestoreOrchestrator", "RestoreItemOrchestrator", "VerifyOrchestrator" },
            Recordings.SelectMany(recording => HistoryFile.Read(Repository.Path(recording.Data))).Select(history => history.Started.Name!).ToHashSet(StringComparer.Ordinal));

    [Theory]
    [InlineData("another activity")]
    [InlineData("one activity more")]
    [InlineData("one activity less")]
    public void An_orchestrator_that_was_changed_under_way_is_caught(string change)
    {
        var history = Recordings.SelectMany(recording => HistoryFile.Read(Repository.Path(recording.Data))).First(history => history.Started.Name == "BackupOrchestrator");
        var events = history.Events.ToList();
        var last = events.FindLastIndex(happened => happened.EventType == HistoryEventType.TaskScheduled);

        // The orchestrator of today is to the changed recording what a changed orchestrator is to the recording.
        switch (change)
        {
            case "another activity":
                events[last] = events[last] with { Name = "SomethingElse" };
                break;
            case "one activity more":
                events.Insert(last, events[last] with { EventId = events[last].EventId + 1000, Name = "SomethingMore" });
                break;
            default:
                events[last] = events[last] with { EventType = HistoryEventType.TimerCreated, Name = null, FireAt = events[last].Timestamp };
                break;
        }

        var result = Replay(history.InstanceId, events);

        Assert.Equal((OrchestrationRuntimeStatus.Failed, "DurableTask.Core.Exceptions.NonDeterministicOrchestrationException"), (result.Status, result.Failure?.ErrorType));
    }

    private TurnResult Replay(string instanceId, IReadOnlyList<HistoryEvent> events)
    {
        var started = events.First(happened => happened.EventType == HistoryEventType.ExecutionStarted);
        var payloads = new JsonPayloads(app.Services.GetRequiredService<IOptions<JsonSerializerOptions>>().Value);
        var functions = app.Services.GetRequiredService<IDurableFunctions>();
        return new OrchestrationReplay(instanceId, started, functions, payloads, new ReplayRules(), NullLoggerFactory.Instance).Run(events, [], events[^1].Timestamp);
    }

    /// <summary>The app as it is put together, not started.</summary>
    public sealed class BuiltApp : IDisposable
    {
        private readonly TempFolder _folder = new("histories");
        private readonly IHost _host;

        public BuiltApp() => _host = AppOnThisMachine.CreateBuilder(["--contentRoot", AppContext.BaseDirectory], builder =>
        {
            builder.Logging.ClearProviders();
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Backup:Cluster:Name"] = "demo",
                ["Backup:Qdrant:Url"] = "http://127.0.0.1:1",
                ["Backup:Storage:Local"] = _folder.File("store"),
                ["Backup:Encryption:KeyFile"] = _folder.File("backup.key"),
            });
        }).Build();

        internal IServiceProvider Services => _host.Services;

        public void Dispose()
        {
            _host.Dispose();
            _folder.Dispose();
        }
    }
}
