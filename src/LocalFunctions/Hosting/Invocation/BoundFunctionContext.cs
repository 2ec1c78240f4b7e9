using System.Collections;
using System.Diagnostics;
using LocalFunctions.Hosting.Discovery;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace LocalFunctions.Hosting.Invocation;

/// <summary>One invocation: what started it, its own scope of services, and in the end its result.</summary>
internal sealed class BoundFunctionContext : FunctionContext, IAsyncDisposable
{
    private readonly IServiceScopeFactory scopes;
    private readonly FunctionCall call;
    private AsyncServiceScope? scope;
    private IServiceProvider? services;

    public BoundFunctionContext(FunctionDescriptor function, string invocationId, FunctionCall call, IServiceScopeFactory scopes)
    {
        Function = function;
        InvocationId = invocationId;
        this.call = call;
        this.scopes = scopes;
        services = call.Services;
        BindingContext = new TriggerData(call.BindingData);
    }

    public FunctionDescriptor Function { get; }

    /// <summary>What the trigger parameter is bound to.</summary>
    public object? TriggerValue => call.TriggerValue;

    /// <summary>The input of an orchestration, as JSON.</summary>
    public string? SerializedInput => call.SerializedInput;

    /// <summary>What the function returned.</summary>
    public object? Result { get; set; }

    public override string InvocationId { get; }

    public override string FunctionId => Function.Definition.Id;

    public override BindingContext BindingContext { get; }

    public override FunctionDefinition FunctionDefinition => Function.Definition;

    public override TraceContext TraceContext { get; } = new CurrentTrace();

    public override Microsoft.Azure.Functions.Worker.RetryContext RetryContext => NoRetries.Instance;

    public override IInvocationFeatures Features { get; } = new FeatureSet();

    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    public override CancellationToken CancellationToken => call.CancellationToken;

    // Made when first asked for: an orchestrator that needs no services costs none at each replay.
    public override IServiceProvider InstanceServices
    {
        get => services ??= (scope = scopes.CreateAsyncScope()).Value.ServiceProvider;
        set => services = value;
    }

    public ValueTask DisposeAsync() => scope?.DisposeAsync() ?? ValueTask.CompletedTask;

    // This runtime has no retries of functions; activities are retried by their orchestrators.
    private sealed class NoRetries : Microsoft.Azure.Functions.Worker.RetryContext
    {
        public static readonly NoRetries Instance = new();

        public override int RetryCount => 0;

        public override int MaxRetryCount => 0;
    }

    private sealed class CurrentTrace : TraceContext
    {
        private readonly Activity? activity = Activity.Current;

        public override string TraceParent => activity?.Id ?? "";

        public override string TraceState => activity?.TraceStateString ?? "";
    }

    private sealed class FeatureSet : IInvocationFeatures
    {
        private readonly Dictionary<Type, object> features = [];

        public T? Get<T>() => features.TryGetValue(typeof(T), out var feature) ? (T)feature : default;

        public void Set<T>(T instance) => features[typeof(T)] = instance!;

        public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => features.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class TriggerData(IReadOnlyDictionary<string, object?> data) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData => data;
    }
}
