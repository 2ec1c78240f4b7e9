using Microsoft.Azure.Functions.Worker;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Ids;
using QdrantBackup.Restores;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Tests.App;

/// <summary>What a step of a run must be before it does anything, and what counts as an approval.</summary>
public sealed class RunGuardTests : IDisposable
{
    private const string Instance = "restore-prod-1";
    private static readonly string Plan = new('a', 64);
    private readonly AppRig _rig = new();
    private readonly RunGuard _guard = new();

    private OpenedStore Services => _rig.Opened;

    [Theory]
    [InlineData(Instance)]
    [InlineData(Instance + ":w")]
    [InlineData(Instance + ":i12")]
    public async Task A_step_of_the_run_and_of_its_children_passes_while_the_pin_lives(string instanceId)
    {
        RunId run = await RunAsync();

        await _guard.CheckLiveAsync(Services, run, instanceId, AppRig.Cancellation);
        await _guard.CheckNotOverAsync(Services, run, instanceId, AppRig.Cancellation);
        await _guard.CheckOwnAsync(Services, run, instanceId, AppRig.Cancellation);
    }

    [Theory]
    [InlineData("restore-prod-2")]
    [InlineData("restore-prod-12:i1")]
    [InlineData("restore-prod-:i1")]
    [InlineData("")]
    public async Task A_step_of_another_instance_is_refused_also_where_it_only_takes_away(string instanceId)
    {
        RunId run = await RunAsync();

        await Assert.ThrowsAsync<RefusedException>(() => _guard.CheckLiveAsync(Services, run, instanceId, AppRig.Cancellation));
        await Assert.ThrowsAsync<RefusedException>(() => _guard.CheckNotOverAsync(Services, run, instanceId, AppRig.Cancellation));
        await Assert.ThrowsAsync<RefusedException>(() => _guard.CheckOwnAsync(Services, run, instanceId, AppRig.Cancellation));
    }

    [Fact]
    public async Task A_step_of_a_run_that_nobody_asked_for_is_refused()
    {
        await Assert.ThrowsAsync<RefusedException>(() => _guard.CheckOwnAsync(Services, RunId.New(_rig.Rig.Time), Instance, AppRig.Cancellation));
    }

    [Fact]
    public async Task A_step_of_a_run_that_is_over_is_refused_and_only_what_takes_away_goes_on()
    {
        RunId run = await RunAsync();
        await _guard.CheckLiveAsync(Services, run, Instance, AppRig.Cancellation);
        await Services.Pins.ReleaseAsync(run, AppRig.Cancellation);

        await Assert.ThrowsAsync<RefusedException>(() => _guard.CheckLiveAsync(Services, run, Instance, AppRig.Cancellation));
        await Assert.ThrowsAsync<RefusedException>(() => _guard.CheckNotOverAsync(Services, run, Instance, AppRig.Cancellation));
        await _guard.CheckOwnAsync(Services, run, Instance, AppRig.Cancellation);
    }

    [Fact]
    public async Task Before_its_plan_a_run_has_no_pin_and_touches_nothing()
    {
        RunId run = await RunAsync(hasPin: false);

        await _guard.CheckNotOverAsync(Services, run, Instance, AppRig.Cancellation);
        await Assert.ThrowsAsync<RefusedException>(() => _guard.CheckLiveAsync(Services, run, Instance, AppRig.Cancellation));
    }

    [Fact]
    public void Every_activity_is_told_which_instance_it_works_for()
    {
        var blind = typeof(RunGuard).Assembly.GetTypes().SelectMany(t => t.GetMethods())
            .Where(m => m.GetParameters().Any(p => p.CustomAttributes.Any(a => a.AttributeType == typeof(ActivityTriggerAttribute))))
            .Where(m => m.GetParameters().All(p => (p.Name, p.ParameterType) != ("instanceId", typeof(string))))
            .Select(m => m.Name);

        Assert.Empty(blind);
    }

    [Fact]
    public async Task A_plan_is_approved_by_a_record_of_that_run_and_plan_and_by_no_other()
    {
        var approvals = new RestoreApprovals(_rig.Rig.Store);
        RunId run = await RunAsync();
        RunId other = await RunAsync();
        await approvals.ApproveAsync(Approval(run, Plan), AppRig.Cancellation);

        Assert.Equal("alice", (await approvals.FindAsync(run, Plan, AppRig.Cancellation))?.By);
        Assert.Null(await approvals.FindAsync(other, Plan, AppRig.Cancellation));
        Assert.Null(await approvals.FindAsync(run, new string('b', 64), AppRig.Cancellation));

        // The same first digits, and another plan.
        Assert.Null(await approvals.FindAsync(run, Plan[..63] + "b", AppRig.Cancellation));
    }

    [Fact]
    public async Task An_approval_that_does_not_open_approves_nothing_and_can_be_given_again()
    {
        var approvals = new RestoreApprovals(_rig.Rig.Store);
        RunId run = await RunAsync();
        BlobName name = BlobNames.Run(run, "approval-" + Plan[..16]);
        await _rig.Rig.Store.Blobs.PutAsync(name, new byte[80], PutCondition.OnlyIfAbsent, null, AppRig.Cancellation);

        Assert.Null(await approvals.FindAsync(run, Plan, AppRig.Cancellation));

        await approvals.ApproveAsync(Approval(run, Plan), AppRig.Cancellation);
        Assert.NotNull(await approvals.FindAsync(run, Plan, AppRig.Cancellation));
    }

    public void Dispose() => _rig.Dispose();

    private static RestoreApproval Approval(RunId run, string plan) => new() { RunId = run, PlanHash = plan, By = "alice", At = new DateTimeOffset(2026, 9, 1, 2, 0, 0, TimeSpan.Zero) };

    private async Task<RunId> RunAsync(bool hasPin = true)
    {
        RunId run = RunId.New(_rig.Rig.Time);
        await Services.Records.WriteRequestAsync(
            new RunRequest
            {
                RunId = run,
                Kind = RunKind.Restore,
                Cluster = "prod",
                RequestedBy = "alice",
                RequestedAt = _rig.Rig.Time.GetUtcNow(),
                InstanceId = Instance,
                Restore = new RestoreRequest { Latest = true },
            },
            AppRig.Cancellation);
        if (hasPin)
        {
            await Services.Pins.WriteAsync(run, RunKind.Restore, [], AppRig.Cancellation);
        }

        return run;
    }
}
