using System.Globalization;
using System.Text.Json;
using QdrantBackup.Schedules;

namespace QdrantBackup.Tests.Schedules;

/// <summary>Keeps the state as its JSON, so that every restart reads exactly what was written.</summary>
internal sealed class InMemoryScheduleStore : IScheduleStateStore
{
    private ScheduleState? state;
    private int version;

    public int Saves => version;

    public Task<(ScheduleState? State, string? ETag)> LoadAsync(CancellationToken cancellationToken) =>
        Task.FromResult((state, state is null ? null : version.ToString(CultureInfo.InvariantCulture)));

    public Task<string?> TrySaveAsync(ScheduleState state, string? expectedETag, CancellationToken cancellationToken)
    {
        var current = this.state is null ? null : version.ToString(CultureInfo.InvariantCulture);
        if (current != expectedETag)
        {
            return Task.FromResult<string?>(null);
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(state, ScheduleJson.Default.ScheduleState);
        this.state = JsonSerializer.Deserialize(json, ScheduleJson.Default.ScheduleState);
        version++;
        return Task.FromResult<string?>(version.ToString(CultureInfo.InvariantCulture));
    }
}

/// <summary>Starts a run once per instance id, as a durable runtime does, and notes every call.</summary>
internal sealed class RecordingStarter : IRunStarter
{
    public Dictionary<string, ScheduledRun> Runs { get; } = new(StringComparer.Ordinal);

    public int Calls { get; private set; }

    public Task StartAsync(ScheduledRun run, CancellationToken cancellationToken)
    {
        Calls++;
        if (!Runs.TryAdd(run.InstanceId, run))
        {
            Assert.Equal(Runs[run.InstanceId].BackupId, run.BackupId);
            Assert.Equal(Runs[run.InstanceId].Served, run.Served);
        }

        return Task.CompletedTask;
    }
}
