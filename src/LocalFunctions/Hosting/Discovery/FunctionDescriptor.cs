using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace LocalFunctions.Hosting.Discovery;

/// <summary>A function as found in the app's code.</summary>
internal sealed record FunctionDescriptor(string Name, FunctionKind Kind, MethodInfo Method, ParameterInfo TriggerParameter, TriggerBindingAttribute Trigger)
{
    public FunctionDefinition Definition { get; } = new ReflectedFunctionDefinition(Name, Kind, Method);

    /// <summary>How messages name the function: where to look for it in the code.</summary>
    public string Place => PlaceOf(Method);

    public static string PlaceOf(MethodInfo method) => $"{method.DeclaringType!.FullName}.{method.Name}";
}
