using System.Text.Json;
using LocalFunctions.Durable;
using LocalFunctions.Hosting.Discovery;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace LocalFunctions.Hosting.Invocation;

/// <summary>The orchestrators and activities of the app, for the durable engine.</summary>
internal sealed class AppFunctions(IReadOnlyCollection<FunctionDescriptor> functions, JsonSerializerOptions json, Func<FunctionPipeline> pipeline) : IDurableFunctions
{
    private readonly Dictionary<string, FunctionDescriptor> orchestrators = Named(functions, FunctionKind.Orchestration);
    private readonly Dictionary<string, FunctionDescriptor> activities = Named(functions, FunctionKind.Activity);

    public bool HasOrchestrator(string name) => orchestrators.ContainsKey(name);

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

    private static Dictionary<string, FunctionDescriptor> Named(IEnumerable<FunctionDescriptor> functions, FunctionKind kind) => functions
        .Where(function => function.Kind == kind)
        .ToDictionary(NameOf, StringComparer.OrdinalIgnoreCase);

    private static string NameOf(FunctionDescriptor function) => function.Trigger switch
    {
        OrchestrationTriggerAttribute { Orchestration: { } name } => name,
        ActivityTriggerAttribute { Activity: { } name } => name,
        _ => function.Name,
    };
}
