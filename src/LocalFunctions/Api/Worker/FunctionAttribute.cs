namespace Microsoft.Azure.Functions.Worker;

/// <summary>Makes a public method of a public class a function of the app.</summary>
/// <param name="name">The name of the function, unique in the app without regard to case.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FunctionAttribute(string name) : Attribute
{
    /// <summary>The name of the function.</summary>
    public string Name { get; } = name;
}
