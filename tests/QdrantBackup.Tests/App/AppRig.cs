using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.App.Backups;
using QdrantBackup.App.Copies;
using QdrantBackup.App.Restores;
using QdrantBackup.App.Retention;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.App.Verifications;
using QdrantBackup.Capture;
using QdrantBackup.Configuration;
using QdrantBackup.Ids;
using QdrantBackup.OnAzure.KeyVault;
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
        Opened = new OpenedStore(Rig.Store, Rig.Get<MaintenanceMemory>(), second: null, Rig.Time, NullLoggerFactory.Instance);
        Runs = new RunServices(Opened, Rig.Get<ClusterNodes>(), Rig.Time);
        Stores = new PerStore<RunServices>(
            new StoreConnection(Options, new Lazy<KeyVaultConnection>(() => throw new InvalidOperationException("no vault is configured")), Rig.Time, NullLoggerFactory.Instance),
            _ => Runs);
        Features = new RunFeatures(new ServiceCollection().AddBackups().AddVerifications().AddCopies().AddRetention().AddRestores().BuildServiceProvider().GetServices<RunFeature>());
    }

    public CaptureRig Rig { get; }

    public OpenedStore Opened { get; }

    public RunServices Runs { get; }

    public RunFeatures Features { get; }

    public PerStore<RunServices> Stores { get; }

    public BackupOptions Options { get; } = BackupOptionsReader.Read(Configured.From(("Cluster:Name", "prod"), ("Storage:Local", "/srv/backups")));

    public FakeRuntime Runtime { get; } = new();

    public static CancellationToken Cancellation => CaptureRig.Cancellation;

    public async Task<RunOverview> RunAsync(RunId run) => await Opened.Records.FindAsync(run, Cancellation) ?? throw new InvalidOperationException($"no run {run}");

    public async Task<IReadOnlyList<OpenRun>> OpenAsync() => await Opened.Records.Open.ListAsync("prod", Cancellation);

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
