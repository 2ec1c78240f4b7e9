using System.Text.Json;
using LocalFunctions.Durable;
using LocalFunctions.Durable.Machine;
using LocalFunctions.Soak.Invariants;
using LocalFunctions.Soak.Plants;
using LocalFunctions.Soak.Workload;
using LocalFunctions.Soak.World;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalFunctions.Soak;

/// <summary>One world from its seed to its end.</summary>
internal sealed class Simulation : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };
    private readonly SimulatedWorld _world;
    private readonly Ledger _ledger;
    private readonly SimulatedDisk _disk;
    private readonly Effects _effects;

    private Simulation(ulong seed, Plant plant, TextWriter? reader)
    {
        _world = new SimulatedWorld(seed, reader);
        _ledger = new Ledger(_world);
        _disk = new SimulatedDisk(_world, _ledger, plant);
        _effects = new Effects(_world);
    }

    /// <summary>Runs a seed on the calling thread.</summary>
    /// <param name="seed">Everything follows from it.</param>
    /// <param name="plant">A fault to plant.</param>
    /// <param name="reader">Who wants to read what happens.</param>
    public static Outcome Run(ulong seed, Plant? plant = null, TextWriter? reader = null)
    {
        using var simulation = new Simulation(seed, plant ?? new Plant(), reader);
        return simulation.Run();
    }

    /// <inheritdoc/>
    public void Dispose() => _disk.Dispose();

    private Outcome Run()
    {
        var chance = _world.Chance;
        _world.Trace.Tell(_world.Weather.ToString());
        var writer = new PlanWriter(chance);
        var interpreter = new Interpreter(writer.Plans, _ledger);
        var operators = new Operator(_world, lane => Install(lane, interpreter));
        var lives = Enumerable.Range(0, chance.Between(1, 4)).Select(number => LiveAsync(operators, writer, $"root{number}")).ToList();
        _world.AddDisaster(_world.Weather.ClockChanges, SetClock);
        operators.Begin();
        _world.RunUntil(Task.WhenAll(lives));
        if (_world.Violation is null)
        {
            _world.RunUntil(RestAsync(operators));
        }

        return new Outcome(_world.Violation, _world.Steps, _world.Trace.Hash);
    }

    // One or two instances under the same id, one after the other.
    private Task LiveAsync(Operator operators, PlanWriter writer, string instanceId)
    {
        var lives = Enumerable.Range(0, _world.Chance.Pick(1, 1, 2))
            .Select(_ => new Life(writer.Root(), Manner.Draw(_world.Chance)))
            .ToList();
        if (lives is [var first, _])
        {
            // What an interrupted life left under way must not reach the second.
            lives[0] = first with { Manner = first.Manner with { IsPurged = true, IsTerminated = _world.Chance.OneIn(2) } };
        }

        return _world.Outside.RunAsync(async () =>
        {
            foreach (var (plan, manner) in lives)
            {
                await new Caller(_world, operators, _ledger, instanceId, plan, manner).RunAsync();
            }
        });
    }

    // Children outlive a terminated parent; when all have ended and are purged, nothing may be left.
    private Task RestAsync(Operator operators) => _world.Outside.RunAsync(async () =>
    {
        foreach (var child in _ledger.Instances.Select(account => account.Id).ToList())
        {
            await operators.AskAsync(client => client.WaitForInstanceCompletionAsync(child, CancellationToken.None));
        }

        await operators.AskAsync(client => client.PurgeAllInstancesAsync(new PurgeInstancesFilter()));
        var left = _disk.Count("SELECT (SELECT COUNT(*) FROM instances) + (SELECT COUNT(*) FROM history) + (SELECT COUNT(*) FROM inbox) + (SELECT COUNT(*) FROM activities)");
        if (left > 0)
        {
            _world.Report($"I10 {left} rows are left after everything was purged");
        }
    });

    private DurableEngine Install(Lane lane, Interpreter interpreter) => new(
        new DurableEngineOptions("simulated", "Simulation", _world.Chance.Between(1, 4), _world.Chance.Between(1, 4), Json)
        {
            KeepFromLength = _world.Chance.Pick(0, 10, 100),
            MaxMessagesPerTurn = _world.Chance.Pick(1, 3, 1000),
            MaxKept = _world.Chance.Pick(0, 1, 100),
        },
        new SimulatedFunctions(_world, lane, interpreter, _effects),
        new SimulatedMachine(_world, lane, _disk),
        NullLoggerFactory.Instance);

    private void SetClock()
    {
        _world.Clock.Offset += TimeSpan.FromSeconds(_world.Chance.Pick(-3600, -60, -1, 1, 60, 24 * 3600));
        _world.Trace.Tell($"{_world.Steps,6} the clock is set to {_world.Clock.Now:o}");
    }
}

/// <summary>How a world ended.</summary>
/// <param name="Violation">What was wrong; null if nothing was.</param>
/// <param name="Steps">How many steps it took.</param>
/// <param name="Hash">What two runs of a seed must share.</param>
internal sealed record Outcome(string? Violation, int Steps, ulong Hash);

/// <summary>A life of an instance id.</summary>
internal sealed record Life(Plan Plan, Manner Manner);
