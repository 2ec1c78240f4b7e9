using System.Collections.Immutable;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>A function of the app.</summary>
public abstract class FunctionDefinition
{
    /// <summary>Identifies the function.</summary>
    public abstract string Id { get; }

    /// <summary>The name of the function.</summary>
    public abstract string Name { get; }

    /// <summary>The full name of its type and method: <c>Namespace.Type.Method</c>.</summary>
    public abstract string EntryPoint { get; }

    /// <summary>The assembly that holds it.</summary>
    public abstract string PathToAssembly { get; }

    /// <summary>Its trigger and inputs by parameter name.</summary>
    public abstract IImmutableDictionary<string, BindingMetadata> InputBindings { get; }
}

/// <summary>A binding of a function.</summary>
public abstract class BindingMetadata
{
    /// <summary>The parameter that is bound.</summary>
    public abstract string Name { get; }

    /// <summary>The kind of binding: <c>httpTrigger</c>, <c>timerTrigger</c>, <c>orchestrationTrigger</c>, <c>activityTrigger</c>, <c>durableClient</c>.</summary>
    public abstract string Type { get; }

    /// <summary>Whether the binding brings data in or takes it out.</summary>
    public abstract BindingDirection Direction { get; }
}

/// <summary>Whether a binding brings data in or takes it out.</summary>
public enum BindingDirection
{
    /// <summary>Data comes in.</summary>
    In,

    /// <summary>Data goes out.</summary>
    Out,
}
