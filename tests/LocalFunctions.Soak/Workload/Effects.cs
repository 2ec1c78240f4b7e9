using LocalFunctions.Soak.World;

namespace LocalFunctions.Soak.Workload;

/// <summary>What activities did to the world outside of the engine.</summary>
internal sealed class Effects(SimulatedWorld world)
{
    private readonly Dictionary<(string Instance, int Activity), Lane> _running = [];
    private readonly Dictionary<int, int> _failures = [];

    /// <summary>An activity begins. I9: it never runs twice at the same time, unless a process with it has died.</summary>
    public void Begin(Lane lane, string instance, int activity)
    {
        if (_running.TryGetValue((instance, activity), out var other) && other.IsAlive)
        {
            world.Report($"I9 activity {activity} of {instance} runs in {lane.Name} while it runs in {other.Name}");
        }

        _running[(instance, activity)] = lane;
    }

    /// <summary>An activity ends.</summary>
    public void End(Lane lane, string instance, int activity)
    {
        if (_running.TryGetValue((instance, activity), out var runner) && runner == lane)
        {
            _running.Remove((instance, activity));
        }
    }

    /// <summary>Whether an activity fails this time.</summary>
    public bool CountFailure(Job job)
    {
        var failures = _failures.GetValueOrDefault(job.Activity);
        _failures[job.Activity] = failures + 1;
        return failures < job.Failures;
    }
}
