using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.App.Stores;
using QdrantBackup.Capture;
using QdrantBackup.Configuration;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;
using QdrantBackup.Tests.Configuration;

namespace QdrantBackup.Tests.App;

/// <summary>The services of the app on the store and the node of a rig, and a runtime of which tests say what it knows.</summary>
internal sealed class AppRig : IDisposable
{
    public AppRig(CaptureRig? rig = null)
    {
        Rig = rig ?? new CaptureRig();
        Services = new StoreServices(
            Rig.Store, Rig.Get<MaintenanceMemory>(), second: null, away: null, Rig.Get<ClusterNodes>(), Rig.Get<CaptureOptions>(), new RetentionOptions(), Rig.Time, NullLoggerFactory.Instance);
    }

    public CaptureRig Rig { get; }

    public StoreServices Services { get; }

    public BackupOptions Options { get; } = BackupOptionsReader.Read(Configured.From(("Cluster:Name", "prod"), ("Storage:Local", "/srv/backups")));

    public FakeRuntime Runtime { get; } = new();

    public static CancellationToken Cancellation => CaptureRig.Cancellation;

    public async Task<RunOverview> RunAsync(RunId run) => await Services.Records.FindAsync(run, Cancellation) ?? throw new InvalidOperationException($"no run {run}");

    public async Task<IReadOnlyList<OpenRun>> OpenAsync() => await Services.Records.Open.ListAsync("prod", Cancellation);

    public void Dispose() => Rig.Dispose();
}

/// <summary>A durable runtime that knows the instances that a test tells it.</summary>
internal sealed class FakeRuntime() : DurableTaskClient("fake")
{
    public Dictionary<string, OrchestrationRuntimeStatus> Instances { get; } = new(StringComparer.Ordinal);

    public List<string> Started { get; } = [];

    /// <summary>What was to be purged.</summary>
    public List<PurgeInstancesFilter> Purges { get; } = [];

    public override Task<OrchestrationMetadata?> GetInstancesAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        Task.FromResult(Instances.TryGetValue(instanceId, out OrchestrationRuntimeStatus status)
            ? new OrchestrationMetadata("orchestrator", instanceId) { RuntimeStatus = status }
            : null);

    public override Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        Started.Add(options!.InstanceId!);
        return Task.FromResult(options.InstanceId!);
    }

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) => throw new NotSupportedException();

    public override Task TerminateInstanceAsync(string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default) => throw new NotSupportedException();

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) => throw new NotSupportedException();

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) => throw new NotSupportedException();

    public override Task<PurgeResult> PurgeInstanceAsync(string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default) => throw new NotSupportedException();

    public override Task<PurgeResult> PurgeAllInstancesAsync(PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        Purges.Add(filter);
        return Task.FromResult(new PurgeResult(0));
    }

    public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default) => throw new NotSupportedException();

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) => throw new NotSupportedException();

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) => throw new NotSupportedException();

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
