using System.Text.Json;
using LocalFunctions.Durable;
using Microsoft.DurableTask;

namespace LocalFunctions.Tests.Durable;

/// <summary>Orchestrators and activities written in a test.</summary>
internal sealed class TestFunctions : IDurableFunctions
{
    public static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };

    private readonly Dictionary<string, Func<TaskOrchestrationContext, Task<object?>>> _orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<string?, CancellationToken, Task<object?>>> _activities = new(StringComparer.OrdinalIgnoreCase);

    public TestFunctions Orchestrator(string name, Func<TaskOrchestrationContext, Task<object?>> body)
    {
        _orchestrators[name] = body;
        return this;
    }

    public TestFunctions Orchestrator(string name, Func<TaskOrchestrationContext, Task> body) => Orchestrator(name, async context =>
    {
        await body(context);
        return null;
    });

    public TestFunctions Activity<TInput>(string name, Func<TInput?, object?> body) =>
        Activity<TInput>(name, (input, _) => Task.FromResult(body(input)));

    public TestFunctions Activity<TInput>(string name, Func<TInput?, CancellationToken, Task<object?>> body)
    {
        _activities[name] = (input, cancellation) => body(input is null ? default : JsonSerializer.Deserialize<TInput>(input, Json), cancellation);
        return this;
    }

    /// <summary>Orchestrators that are switched off.</summary>
    public HashSet<string> Disabled { get; } = new(StringComparer.OrdinalIgnoreCase);

    public bool IsDisabled(string orchestrator) => Disabled.Contains(orchestrator);

    public bool HasOrchestrator(string name) => _orchestrators.ContainsKey(name);

    public bool HasActivity(string name) => _activities.ContainsKey(name);

    public async Task<string?> RunOrchestratorAsync(string name, TaskOrchestrationContext context, string? serializedInput) =>
        Write(await _orchestrators[name](context));

    public async Task<string?> RunActivityAsync(string name, string instanceId, string? serializedInput, CancellationToken cancellationToken) =>
        Write(await _activities[name](serializedInput, cancellationToken));

    private static string? Write(object? value) => value is null ? null : JsonSerializer.Serialize(value, Json);
}
