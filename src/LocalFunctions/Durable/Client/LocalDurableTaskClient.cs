using Microsoft.DurableTask.Client;

namespace LocalFunctions.Durable.Client;

/// <summary>The client of the engine in the same process.</summary>
internal abstract class LocalDurableTaskClient(string name, Uri? managementAddress) : DurableTaskClient(name)
{
    /// <summary>Where the management API is served.</summary>
    public Uri? ManagementAddress { get; } = managementAddress;
}
