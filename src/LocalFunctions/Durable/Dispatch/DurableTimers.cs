using System.Threading.Channels;
using LocalFunctions.Durable.Storage;

namespace LocalFunctions.Durable.Dispatch;

/// <summary>Gives a turn to instances whose timers are due. It sleeps until the next due time, if there is one: it never polls an idle database.</summary>
internal sealed class DurableTimers : IDisposable
{
    // Timers of the platform count elapsed time; checking the clock this often follows it when it is set or the machine sleeps.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    private readonly IDurableDatabase _database;
    private readonly ReadyInstances _ready;
    private readonly StorageHealth _health;
    private readonly TimeProvider _time;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private DateTimeOffset _armedFor = DateTimeOffset.MaxValue;

    public DurableTimers(IDurableDatabase database, ReadyInstances ready, StorageHealth health, TimeProvider time)
    {
        _database = database;
        _ready = ready;
        _health = health;
        _time = time;
        _timer = time.CreateTimer(_ => Wake(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A new timer is due at a time.</summary>
    public void Due(DateTimeOffset at)
    {
        lock (_gate)
        {
            if (at >= _armedFor)
            {
                return;
            }

            _armedFor = at;
        }

        Wake();
    }

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await LoopAsync(stopping);
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Stopping. Due timers are in the database.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Wake() => _wake.Writer.TryWrite(true);

    private async Task LoopAsync(CancellationToken stopping)
    {
        while (true)
        {
            var now = _time.GetUtcNow();
            lock (_gate)
            {
                _armedFor = DateTimeOffset.MaxValue;
            }

            var (reached, next) = await _health.PatientlyAsync(() => _database.ReadAsync(session =>
                (InboxTable.DueInstances(session, now), InboxTable.NextDue(session, now))));
            reached.ForEach(_ready.Add);
            if (reached.Count > 0 && !(next < now + LongestSleep))
            {
                // The clock may be set back before their turns, which then take in other messages and leave those that are not due any more.
                next = now + LongestSleep;
            }

            if (next is null || Arm(next.Value, now))
            {
                await _wake.Reader.ReadAsync(stopping);
            }
        }
    }

    /// <summary>Sets the alarm; false if the time passed while it was set.</summary>
    private bool Arm(DateTimeOffset next, DateTimeOffset now)
    {
        var sleep = next - now < LongestSleep ? next - now : LongestSleep;
        lock (_gate)
        {
            _armedFor = next < _armedFor ? next : _armedFor;
            _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(sleep.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        }

        // The clock may have jumped between the reading and the setting of the alarm, which would then be late by that much.
        return _time.GetUtcNow() - now < TimeSpan.FromMilliseconds(100) && _time.GetUtcNow() < next;
    }
}
