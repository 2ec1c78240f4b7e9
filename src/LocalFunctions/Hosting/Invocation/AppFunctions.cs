using System.Text.Json;
using LocalFunctions.Durable;
using LocalFunctions.Hosting.Discovery;
using Microsoft.DurableTask;

namespace LocalFunctions.Hosting.Invocation;

/// <summary>The orchestrators and activities of the app, for the durable engine.</summary>
internal sealed class AppFunctions(FunctionApp app, JsonSerializerOptions json, Func<FunctionPipeline> pipeline) : IDurableFunctions
{
    private readonly Dictionary<string, FunctionDescriptor> orchestrators = Named(app, app.Enabled, FunctionKind.Orchestration);
    private readonly Dictionary<string, FunctionDescriptor> disabled = Named(app, app.Functions.Except(app.Enabled), FunctionKind.Orchestration);
    private readonly Dictionary<string, FunctionDescriptor> activities = Named(app, app.Enabled, FunctionKind.Activity);

    public bool HasOrchestrator(string name) => orchestrators.ContainsKey(name);

    public bool IsDisabled(string orchestrator) => disabled.ContainsKey(orchestrator);

    public bool HasActivity(string name) => activities.ContainsKey(name);

    public async Task<string?> RunOrchestratorAsync(string name, TaskOrchestrationContext context, string? serializedInput)
    {
        // Not disposed when a replay abandons this task; the context's scope then holds nothing that must be released (IDurableFunctions).
        var call = new FunctionCall(context, CancellationToken.None) { SerializedInput = serializedInput, BindingData = InstanceData(context.InstanceId) };
        return await RunAsync(orchestrators[name], call);
    }

    public Task<string?> RunActivityAsync(string name, string instanceId, string? serializedInput, CancellationToken cancellationToken) =>
        RunAsync(activities[name], new FunctionCall(serializedInput, cancellationToken) { BindingData = InstanceData(instanceId) });

    private async Task<string?> RunAsync(FunctionDescriptor function, FunctionCall call)
    {
        await using var context = pipeline().Begin(function, call);
        await pipeline().RunAsync(context);
        return context.Result is { } result ? JsonSerializer.Serialize(result, result.GetType(), json) : null;
    }

    private static Dictionary<string, object?> InstanceData(string instanceId) =>
        new(StringComparer.OrdinalIgnoreCase) { ["instanceId"] = instanceId };

    private static Dictionary<string, FunctionDescriptor> Named(FunctionApp app, IEnumerable<FunctionDescriptor> functions, FunctionKind kind) => functions
        .Where(function => function.Kind == kind)
        .ToDictionary(function => app.DurableNames[function], StringComparer.OrdinalIgnoreCase);
}
