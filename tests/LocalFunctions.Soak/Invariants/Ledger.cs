using LocalFunctions.Soak.World;

namespace LocalFunctions.Soak.Invariants;

/// <summary>
/// Keeps its own account of every instance from what the commits changed, and finds each commit wrong that breaks an invariant (docs/simulation.md numbers them). It knows
/// the tables, not the code that writes them.
/// </summary>
internal sealed class Ledger(SimulatedWorld world)
{
    private readonly Dictionary<string, InstanceAccount> _living = new(StringComparer.Ordinal);
    private readonly Dictionary<string, InstanceMemory> _memories = new(StringComparer.Ordinal);

    /// <summary>Instances of which the database has a row.</summary>
    public IReadOnlyCollection<InstanceAccount> Instances => _living.Values;

    /// <summary>What was ever true of an instance id, across its lives.</summary>
    public InstanceMemory MemoryOf(string instanceId)
    {
        if (!_memories.TryGetValue(instanceId, out var memory))
        {
            _memories.Add(instanceId, memory = new InstanceMemory());
        }

        return memory;
    }

    /// <summary>A transaction is on disk.</summary>
    public void Commit(IReadOnlyList<WatchedChange> changes)
    {
        var touched = new List<InstanceAccount>();
        foreach (var change in changes)
        {
            Note(change);
            if (Apply(change) is { IsTouched: false } account)
            {
                account.IsTouched = true;
                touched.Add(account);
            }
        }

        for (var i = 0; i < touched.Count; i++)
        {
            // A child that ended owes its parent an answer, whether or not this commit touched the parent.
            if (touched[i].Parent is { } parent && _living.TryGetValue(parent.InstanceId, out var caller) && !caller.IsTouched)
            {
                caller.IsTouched = true;
                touched.Add(caller);
            }
        }

        foreach (var account in touched)
        {
            if (account.FindFault(_living) is { } fault)
            {
                world.Report($"{account.Id}: {fault}");
            }

            account.Close();
        }
    }

    private void Note(WatchedChange change)
    {
        world.Trace.Add(change.Kind);
        world.Trace.Add(change.Instance);
        world.Trace.Add(change.Number);
        world.Trace.Add(change.Event ?? "");
        if (world.Trace.IsRead)
        {
            world.Trace.Tell($"{world.Steps,6} {world.Clock.Elapsed.TotalSeconds,10:0.000}s {change.Kind,-9} {change.Instance} {change.Number} {change.Event}");
        }
    }

    private InstanceAccount? Apply(WatchedChange change)
    {
        if (change.Kind == "instance+")
        {
            var born = new InstanceAccount(change, MemoryOf(change.Instance));
            born.Memory.Births++;
            if (!_living.TryAdd(born.Id, born))
            {
                world.Report($"{born.Id}: I7 it was made although it was there");
            }

            return born;
        }

        if (!_living.TryGetValue(change.Instance, out var account))
        {
            if (change.Kind.EndsWith('+'))
            {
                world.Report($"{change.Instance}: I1 {change.Kind} for an instance that is not there: {change.Event}");
            }

            return null;
        }

        if (change.Kind == "instance-")
        {
            if (!account.HasEnded)
            {
                world.Report($"{account.Id}: I6 it was forgotten before it had ended");
            }

            _living.Remove(account.Id);
            return null;
        }

        account.Apply(change);
        return account;
    }
}
