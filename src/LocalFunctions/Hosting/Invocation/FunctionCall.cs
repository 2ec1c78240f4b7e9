using System.Collections.Frozen;

namespace LocalFunctions.Hosting.Invocation;

/// <summary>What a trigger hands to the function it starts.</summary>
/// <param name="TriggerValue">What the trigger parameter is bound to: an HTTP request, a timer's state, an orchestration's context, an activity's input as JSON.</param>
/// <param name="CancellationToken">Cancelled when nobody waits for the result any more.</param>
internal sealed record FunctionCall(object? TriggerValue, CancellationToken CancellationToken)
{
    /// <summary>What else parameters can be bound to, by name without regard to case.</summary>
    public IReadOnlyDictionary<string, object?> BindingData { get; init; } = FrozenDictionary<string, object?>.Empty;

    /// <summary>The scope that the invocation shares with its trigger; null: it gets its own.</summary>
    public IServiceProvider? Services { get; init; }

    /// <summary>The input of an orchestration, as JSON.</summary>
    public string? SerializedInput { get; init; }
}
