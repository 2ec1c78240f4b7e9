using QdrantBackup.Harness;

namespace LocalFunctions.Soak.World;

/// <summary>
/// One thread that takes every step of every process in turn, in an order that a seed decides. What a process awaits comes back as a task in its lane, so between any two
/// steps anything else may happen: other tasks, time, a crash.
/// </summary>
internal sealed class SimulatedWorld
{
    private const int MaxSteps = 60_000;
    private readonly List<(Lane Lane, Task Task)> _line = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<Action> _disasters = [];
    private volatile string? _escape;

    public SimulatedWorld(ulong seed, TextWriter? reader)
    {
        Chance = new Chance(seed);
        Weather = Weather.Draw(Chance);
        Trace = new Trace(reader);
        Outside = new Lane(this, "outside");
        OutsideTime = new ProcessTime(Clock, Outside);
    }

    public Chance Chance { get; }

    public Weather Weather { get; }

    public Trace Trace { get; }

    public SimulatedClock Clock { get; } = new();

    /// <summary>Where everyone runs who is no process of the engine; nothing there ever crashes.</summary>
    public Lane Outside { get; }

    public TimeProvider OutsideTime { get; }

    public int Steps { get; private set; }

    /// <summary>Whether faults happen still.</summary>
    public bool IsStormy => Steps < Weather.StormSteps;

    /// <summary>What was found to be wrong first; null while nothing is.</summary>
    public string? Violation { get; private set; }

    /// <summary>Something is wrong. The world ends with this step.</summary>
    public void Report(string violation)
    {
        if (Violation is null)
        {
            Violation = violation;
            Trace.Tell($"VIOLATION {violation}");
        }
    }

    /// <summary>Something that may happen at every step of the storm.</summary>
    public void AddDisaster(int onceIn, Action disaster) => _disasters.Add(() =>
    {
        if (Chance.OneIn(onceIn))
        {
            disaster();
        }
    });

    /// <summary>A task waits for its step.</summary>
    public void Enqueue(Lane lane, Task task)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            _escape = lane.Name;
            return;
        }

        _line.Add((lane, task));
    }

    /// <summary>A process dies: whatever it was about to do does not happen.</summary>
    public void Kill(Lane lane)
    {
        lane.Die();
        _line.RemoveAll(entry => entry.Lane == lane);
        Clock.RemoveAll(lane);
    }

    /// <summary>Waits, outside.</summary>
    public Task DelayAsync(int seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), OutsideTime, CancellationToken.None);

    /// <summary>Takes steps until a task outside is done, something is wrong, or nothing will ever happen any more.</summary>
    public void RunUntil(Task done)
    {
        while (!done.IsCompleted && Violation is null)
        {
            if (_escape is not null)
            {
                Report($"work of {_escape} came from another thread: it does something that no seed decides");
            }
            else if (_line.Count == 0 && Clock.Next is null)
            {
                Report("I11 nothing will happen any more, and not all has ended");
            }
            else if (++Steps > MaxSteps)
            {
                Report($"I11 {MaxSteps} steps did not bring everything to its end");
            }
            else
            {
                Step();
            }
        }
    }

    private void Step()
    {
        Clock.Advance(TimeSpan.FromMicroseconds(Chance.Next(2000)));
        if (IsStormy)
        {
            _disasters.ForEach(disaster => disaster());
        }

        var isDue = Clock.Next is { } next && next.Due <= Clock.Elapsed && Chance.OneIn(2);
        if (_line.Count == 0 || isDue || Clock.Next is not null && Chance.OneIn(Weather.Slowness))
        {
            if (Clock.Next is not null)
            {
                Trace.Add(Clock.Next.Due.Ticks);
                Clock.RingNext();
            }
        }
        else
        {
            var place = Chance.OneIn(Weather.Disorder) ? Chance.Next(_line.Count) : 0;
            var (lane, task) = _line[place];
            _line.RemoveAt(place);
            Trace.Add(place);
            Trace.Add(_line.Count);
            lane.Run(task);
        }
    }
}
