using LocalFunctions.Durable.Machine;
using LocalFunctions.Durable.Storage;

namespace LocalFunctions.Soak.World;

/// <summary>The machine of one process in a simulated world.</summary>
internal sealed class SimulatedMachine(SimulatedWorld world, Lane lane, SimulatedDisk disk) : IMachine
{
    /// <inheritdoc/>
    public TimeProvider Time { get; } = new ProcessTime(world.Clock, lane);

    /// <inheritdoc/>
    public TaskScheduler Background => lane;

    /// <inheritdoc/>
    public TaskScheduler StartThreads(string name, int count) => lane;

    /// <inheritdoc/>
    public string NewId() => $"{world.Chance.NextBits():x16}{world.Chance.NextBits():x16}";

    /// <inheritdoc/>
    public IDurableDatabase Open(string path) => disk.Open(lane);
}
