namespace LocalFunctions.Soak.World;

/// <summary>Time as the world has it: what has elapsed, which only grows, and what the wall clock shows, which someone may set.</summary>
internal sealed class SimulatedClock
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly List<SimulatedTimer> _timers = [];
    private long _order;

    /// <summary>What has elapsed.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>By how much the wall clock was set.</summary>
    public TimeSpan Offset { get; set; }

    /// <summary>What the wall clock shows.</summary>
    public DateTimeOffset Now => Start + Elapsed + Offset;

    /// <summary>The timer that rings next; null if none is set.</summary>
    public SimulatedTimer? Next { get; private set; }

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan time) => Elapsed += time;

    /// <summary>Rings the next timer, however long that takes.</summary>
    public void RingNext()
    {
        var timer = Next!;
        Elapsed = timer.Due > Elapsed ? timer.Due : Elapsed;
        Remove(timer);
        timer.Ring();
    }

    /// <summary>Sets a timer.</summary>
    public void Add(SimulatedTimer timer)
    {
        timer.Order = _order++;
        _timers.Add(timer);
        if (Next is null || IsBefore(timer, Next))
        {
            Next = timer;
        }
    }

    /// <summary>Forgets a timer.</summary>
    public void Remove(SimulatedTimer timer)
    {
        if (_timers.Remove(timer) && ReferenceEquals(timer, Next))
        {
            FindNext();
        }
    }

    /// <summary>Forgets the timers of a process.</summary>
    public void RemoveAll(Lane lane)
    {
        _timers.RemoveAll(timer => timer.Lane == lane);
        FindNext();
    }

    private void FindNext()
    {
        Next = null;
        foreach (var timer in _timers)
        {
            if (Next is null || IsBefore(timer, Next))
            {
                Next = timer;
            }
        }
    }

    private static bool IsBefore(SimulatedTimer one, SimulatedTimer other) =>
        one.Due < other.Due || one.Due == other.Due && one.Order < other.Order;
}
