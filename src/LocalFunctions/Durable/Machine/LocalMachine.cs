using System.Security.Cryptography;
using LocalFunctions.Durable.Storage;

namespace LocalFunctions.Durable.Machine;

/// <summary>The machine that this process runs on.</summary>
internal sealed class LocalMachine(TimeProvider time) : IMachine
{
    /// <inheritdoc/>
    public TimeProvider Time => time;

    /// <inheritdoc/>
    public TaskScheduler Background => TaskScheduler.Default;

    /// <inheritdoc/>
    public TaskScheduler StartThreads(string name, int count) => new DedicatedThreads(name, count);

    /// <inheritdoc/>
    public string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <inheritdoc/>
    public IDurableDatabase Open(string path) => DurableDatabase.Open(path);
}
