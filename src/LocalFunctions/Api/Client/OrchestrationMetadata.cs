namespace Microsoft.DurableTask.Client;

/// <summary>An orchestration instance as it was when it was asked for.</summary>
/// <param name="name">The name of the orchestrator.</param>
/// <param name="instanceId">The id of the instance.</param>
public sealed class OrchestrationMetadata(string name, string instanceId)
{
    /// <summary>The name of the orchestrator.</summary>
    public string Name { get; } = name;

    /// <summary>The id of the instance.</summary>
    public string InstanceId { get; } = instanceId;

    /// <summary>Reads the serialized values; null if they were not fetched.</summary>
    public DataConverter? DataConverter { get; init; }

    /// <summary>The status.</summary>
    public OrchestrationRuntimeStatus RuntimeStatus { get; init; }

    /// <summary>When it was created; the last time it continued as new, if it did.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset LastUpdatedAt { get; init; }

    /// <summary>Its input as JSON, if it was fetched.</summary>
    public string? SerializedInput { get; init; }

    /// <summary>Its output as JSON, if it was fetched.</summary>
    public string? SerializedOutput { get; init; }

    /// <summary>Its custom status as JSON, if it was fetched.</summary>
    public string? SerializedCustomStatus { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How it failed, if it did and outputs were fetched.</summary>
    public TaskFailureDetails? FailureDetails { get; init; }

    /// <summary>Whether it is running: not pending, suspended or ended.</summary>
    public bool IsRunning => RuntimeStatus == OrchestrationRuntimeStatus.Running;

    /// <summary>Whether it has ended: completed, failed or terminated.</summary>
    public bool IsCompleted => RuntimeStatus is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    /// <summary>Its input.</summary>
    /// <typeparam name="T">The type of the input.</typeparam>
    /// <returns>The input.</returns>
    /// <exception cref="InvalidOperationException">Inputs and outputs were not fetched.</exception>
    public T? ReadInputAs<T>() => Read<T>(SerializedInput);

    /// <summary>Its output.</summary>
    /// <typeparam name="T">The type of the output.</typeparam>
    /// <returns>The output.</returns>
    /// <exception cref="InvalidOperationException">Inputs and outputs were not fetched.</exception>
    public T? ReadOutputAs<T>() => Read<T>(SerializedOutput);

    /// <summary>Its custom status.</summary>
    /// <typeparam name="T">The type of the custom status.</typeparam>
    /// <returns>The custom status.</returns>
    /// <exception cref="InvalidOperationException">Inputs and outputs were not fetched.</exception>
    public T? ReadCustomStatusAs<T>() => Read<T>(SerializedCustomStatus);

    private T? Read<T>(string? data) => DataConverter is null
        ? throw new InvalidOperationException("Inputs and outputs were not fetched: pass getInputsAndOutputs: true.")
        : DataConverter.Deserialize<T>(data);
}
