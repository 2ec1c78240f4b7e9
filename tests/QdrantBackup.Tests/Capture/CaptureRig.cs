using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Capture;
using QdrantBackup.Catalog;
using QdrantBackup.Clusters;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Restores;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Tests.Capture;

/// <summary>Everything that backs up and restores, wired as in the app, on a store in memory and a node in memory.</summary>
internal sealed class CaptureRig : IDisposable
{
    private readonly ServiceProvider _services;

    public CaptureRig(Func<CaptureOptions, CaptureOptions>? change = null, Func<IBackupStore, IBackupStore>? wrap = null)
        : this(new FakeNode(), null, null, change, wrap)
    {
    }

    /// <summary>A rig on a node and, if one is given, on an opened store.</summary>
    public CaptureRig(
        FakeNode node, InMemoryStore? blobs, SealedStore? store, Func<CaptureOptions, CaptureOptions>? change = null, Func<IBackupStore, IBackupStore>? wrap = null,
        Action<IServiceCollection>? more = null, FakeTimeProvider? time = null)
    {
        Time = time ?? Time;
        Node = node;
        Blobs = blobs ?? new InMemoryStore(Time);
        Store = store ?? NewStore(wrap?.Invoke(Blobs) ?? Blobs);
        var options = new CaptureOptions { Cluster = "prod" };
        IServiceCollection services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(Time)
            .AddSingleton(Store)
            .AddSingleton(new ClusterNodes([Node]))
            .AddSingleton(change?.Invoke(options) ?? options)
            .AddSingleton<RunRecords>()
            .AddSingleton<RunPins>()
            .AddSingleton<ClusterLease>()
            .AddSingleton<BackupCatalog>()
            .AddSingleton<StoreHistory>()
            .AddSingleton<BackupPlans>()
            .AddSingleton<BackupBases>()
            .AddSingleton<BackupPlanner>()
            .AddSingleton<NodeSnapshots>()
            .AddSingleton<PartRanges>()
            .AddSingleton<PartTransfer>()
            .AddSingleton<PartResults>()
            .AddSingleton<ManifestDraft>()
            .AddSingleton<BackupCommit>()
            .AddSingleton<RestorePlans>()
            .AddSingleton<RestorePlanner>()
            .AddSingleton<PartRestore>()
            .AddSingleton<RestoreChecks>()
            .AddSingleton<DamageRecords>()
            .AddSingleton(p => new StoreAccess(Store, p.GetRequiredService<BackupCatalog>(), p.GetRequiredService<DamageRecords>(), p.GetService<OtherCopy>()))
            .AddSingleton<RunFences>()
            .AddSingleton(new MaintenanceMemory(Store))
            .AddSingleton<RetentionRecords>()
            .AddSingleton(p => p.GetRequiredService<RetentionRecords>().Holds)
            .AddSingleton(p => p.GetRequiredService<RetentionRecords>().Retirement)
            .AddSingleton<BackupUndeletion>()
            .AddSingleton(Policy)
            .AddSingleton(new PruneOptions())
            .AddSingleton(p => p.GetRequiredService<RetentionRecords>().Plans)
            .AddSingleton<RetentionPlanner>()
            .AddSingleton<Pruner>()
            .AddSingleton<RecordCleanup>();
        more?.Invoke(services);
        _services = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true });
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 9, 1, 2, 0, 0, TimeSpan.Zero));

    /// <summary>Keeps the newest complete backup only.</summary>
    public static RetentionPolicy Policy { get; } = new() { Daily = 0, Weekly = 0, Monthly = 0, KeepWithin = TimeSpan.Zero };

    public FakeNode Node { get; }

    public InMemoryStore Blobs { get; }

    public SealedStore Store { get; }

    public static byte[] Fixture(string name) => File.ReadAllBytes(Repository.Path("tests", "fixtures", name));

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public Task<RunRequest> AskAsync(BackupRequest? backup = null, RestoreRequest? restore = null) => AskAsync(
        restore is null ? RunKind.Backup : RunKind.Restore,
        request => request with { Backup = restore is null ? backup ?? new BackupRequest() : null, Restore = restore });

    public async Task<RunRequest> AskAsync(RunKind kind, Func<RunRequest, RunRequest> asking)
    {
        Time.Advance(TimeSpan.FromMinutes(1));
        RunRequest request = asking(new RunRequest
        {
            RunId = RunId.New(Time),
            Kind = kind,
            Cluster = "prod",
            RequestedBy = "test",
            RequestedAt = Time.GetUtcNow(),
            InstanceId = "instance",
        });
        await Get<RunRecords>().WriteRequestAsync(request, Cancellation);
        return await Get<RunRecords>().ReadRequestAsync(request.RunId, Cancellation);
    }

    /// <summary>All steps of a backup except its commit.</summary>
    public async Task<RunId> CaptureAsync(BackupRequest? backup = null)
    {
        RunRequest request = await AskAsync(backup);
        BackupPlanOverview plan = await Get<BackupPlanner>().PlanAsync(request, Cancellation);
        foreach (LanePart part in plan.Lanes.SelectMany(l => l.Parts))
        {
            SnapshotDescription snapshot = await SnapshotAsync(part.Key);
            await TransferAsync(request.RunId, part.PartNo, snapshot);
            Assert.True(await Get<NodeSnapshots>().DeleteAsync(part.Key, snapshot.Name, Cancellation));
        }

        return request.RunId;
    }

    public async Task<CommitReceipt> BackupAsync(BackupRequest? backup = null)
    {
        RunId runId = await CaptureAsync(backup);
        CommitReceipt receipt = await Get<BackupCommit>().CommitAsync(runId, Cancellation);
        await Get<RunFences>().ReleaseAsync(runId, Cancellation);
        return receipt;
    }

    public async Task<SnapshotDescription> SnapshotAsync(PartKey key)
    {
        SnapshotsBefore before = await Get<NodeSnapshots>().NoteAsync(key, Cancellation);
        SnapshotDescription made = (await Get<NodeSnapshots>().CreateAsync(key, Cancellation)).Made!;
        Assert.Equal(made, Assert.Single((await Get<NodeSnapshots>().FindSinceAsync(key, before, Cancellation))!));
        return made;
    }

    public async Task<PartReceipt> TransferAsync(RunId runId, int partNo, SnapshotDescription snapshot)
    {
        var step = new TransferStep { RunId = runId, PartNo = partNo, Snapshot = snapshot };
        var ranges = new List<RangeReceipt>();
        do
        {
            ranges.Add(await Get<PartTransfer>().TransferAsync(step, Cancellation));
            step = step.After(ranges[^1]);
        }
        while (!ranges[^1].IsLast);

        return await Get<PartResults>().RecordDoneAsync(new PartDone { RunId = runId, PartNo = partNo, Snapshot = snapshot, Ranges = ranges }, Cancellation);
    }

    /// <summary>Transfers a part in planned ranges, the last one first, each in as many steps as its time limit needs.</summary>
    public async Task<PartReceipt> TransferBackwardsAsync(RunId runId, int partNo, SnapshotDescription snapshot, TimeSpan? transferTime = null)
    {
        var options = Get<CaptureOptions>();
        var transfer = new PartTransfer(
            Get<BackupPlans>(), Get<StoreAccess>(), Get<ClusterNodes>(), options with { TransferTime = transferTime ?? options.TransferTime }, Time, NullLogger<PartTransfer>.Instance);
        RangePlan plan = await Get<PartRanges>().PlanAsync(new RangePlanInput(new TransferStep { RunId = runId, PartNo = partNo, Snapshot = snapshot }, 3), Cancellation);
        var ranges = new List<RangeReceipt>();
        foreach (TransferStep first in plan.Steps.Reverse())
        {
            for (TransferStep? step = first; step is not null;)
            {
                RangeReceipt receipt = await transfer.TransferAsync(step, Cancellation);
                ranges.Add(receipt);
                step = receipt.IsLast || receipt.NextOffset == step.End ? null : step.After(receipt);
            }
        }

        return await Get<PartResults>().RecordDoneAsync(
            new PartDone { RunId = runId, PartNo = partNo, Snapshot = snapshot, Ranges = [.. ranges.OrderBy(r => r.Range)] }, Cancellation);
    }

    public async Task<RestorePlanOverview> RestoreAsync(RestoreRequest restore)
    {
        RunRequest request = await AskAsync(restore: restore);
        RestorePlanOverview plan = await Get<RestorePlanner>().PlanAsync(request, Cancellation);
        foreach (RestoreItem item in plan.Items)
        {
            var step = new RestoreStep(plan.RunId, item.ItemNo);
            await Get<PartRestore>().UploadAsync(step, Cancellation);
            Assert.True(await Get<PartRestore>().DeleteUploadedCopyAsync(step, Cancellation));
            Assert.True((await Get<RestoreChecks>().LookAsync(step, Cancellation)).IsSettled);
            Assert.True((await Get<RestoreChecks>().CheckAsync(step, Cancellation)).IsGood);
            await Get<RestoreChecks>().SetAliasesAsync(step, Cancellation);
        }

        return plan;
    }

    /// <summary>Writes the record that a backup is ended, without checking whether it may be.</summary>
    public Task RetireAsync(BackupId id) => Blobs.PutAsync(BlobNames.Retirement(id), SealedEnd(id), PutCondition.Always, null, Cancellation);

    /// <summary>The record that a backup is ended, as it lies in the store.</summary>
    public byte[] SealedEnd(BackupId id) => Store.Sealer.Seal(
        SealedType.Record,
        BlobNames.Retirement(id).Value,
        JsonSerializer.SerializeToUtf8Bytes(new Retirement { Id = id, Reason = "test", By = "test", At = id.Began }, StoreJson.Default.Retirement));

    /// <summary>The names of the blobs under a prefix.</summary>
    public async Task<IReadOnlyList<BlobName>> NamesAsync(string prefix)
    {
        var names = new List<BlobName>();
        await foreach (BlobEntry entry in Blobs.ListAsync(prefix, Cancellation))
        {
            names.Add(entry.Name);
        }

        return names;
    }

    private static SealedStore NewStore(IBackupStore blobs)
    {
        using StoreKey key = StoreKey.Generate();
        return new SealedStore(blobs, new Sealer(StoreId.Generate(), key));
    }

    public void Dispose()
    {
        _services.Dispose();
        Store.Dispose();
    }
}
