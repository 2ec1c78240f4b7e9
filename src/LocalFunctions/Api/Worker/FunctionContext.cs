namespace Microsoft.Azure.Functions.Worker;

/// <summary>One invocation of a function.</summary>
public abstract class FunctionContext
{
    /// <summary>Identifies this invocation.</summary>
    public abstract string InvocationId { get; }

    /// <summary>Identifies the function; stable while its name and place in the code are.</summary>
    public abstract string FunctionId { get; }

    /// <summary>What the trigger provided.</summary>
    public abstract BindingContext BindingContext { get; }

    /// <summary>The services of this invocation: a scope of its own, disposed when the invocation ends.</summary>
    public abstract IServiceProvider InstanceServices { get; set; }

    /// <summary>The function that is invoked.</summary>
    public abstract FunctionDefinition FunctionDefinition { get; }

    /// <summary>Values that middleware and function share during this invocation.</summary>
    public abstract IDictionary<object, object> Items { get; set; }

    /// <summary>Cancelled when the host stops or the function exceeds its time; for HTTP also when the caller goes away.</summary>
    public virtual CancellationToken CancellationToken => CancellationToken.None;
}

/// <summary>What the trigger of an invocation provided.</summary>
public abstract class BindingContext
{
    /// <summary>Route values, the instance id of an activity, and the like; keys without regard to case.</summary>
    public abstract IReadOnlyDictionary<string, object?> BindingData { get; }
}
