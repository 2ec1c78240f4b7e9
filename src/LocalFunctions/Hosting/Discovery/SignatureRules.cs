using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Hosting.Discovery;

/// <summary>What the official host refuses about one function and its analyzers do not see, reported at start.</summary>
internal static partial class SignatureRules
{
    /// <summary>Everything that is wrong with a function's name and parameters.</summary>
    public static IEnumerable<string> Broken(string name, MethodInfo method)
    {
        if (!ValidName().IsMatch(name) || name.Equals("host", StringComparison.OrdinalIgnoreCase))
        {
            yield return $"'{name}' is not a function name: a letter, then up to 127 letters, digits, '-' or '_', and not 'host'.";
        }

        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute)))
        {
            yield return "'async void' cannot be waited for; return Task.";
        }

        if (method.IsGenericMethodDefinition || method.DeclaringType!.ContainsGenericParameters)
        {
            yield return "neither a function nor its class can be generic.";
        }

        var triggers = method.GetParameters().Where(parameter => TriggerOf(parameter) is not null).ToList();
        if (triggers.Count != 1)
        {
            yield return $"a function has exactly one trigger parameter; this one has {triggers.Count}.";
        }

        foreach (var broken in method.GetParameters().SelectMany(BrokenBinding).Concat(triggers.Take(1).SelectMany(trigger => BrokenTrigger(trigger, method))))
        {
            yield return broken;
        }
    }

    public static TriggerBindingAttribute? TriggerOf(ParameterInfo parameter) => parameter.GetCustomAttribute<TriggerBindingAttribute>();

    public static FunctionKind? KindOf(TriggerBindingAttribute trigger) => trigger switch
    {
        HttpTriggerAttribute => FunctionKind.Http,
        TimerTriggerAttribute => FunctionKind.Timer,
        OrchestrationTriggerAttribute => FunctionKind.Orchestration,
        ActivityTriggerAttribute => FunctionKind.Activity,
        _ => null,
    };

    /// <summary>The parameter of an orchestrator that takes its input: the first that nothing else provides.</summary>
    public static ParameterInfo? OrchestrationInput(MethodInfo method) => method.GetParameters().FirstOrDefault(parameter =>
        !parameter.IsDefined(typeof(BindingAttribute)) && parameter.ParameterType != typeof(FunctionContext) && parameter.ParameterType != typeof(CancellationToken));

    private static IEnumerable<string> BrokenBinding(ParameterInfo parameter)
    {
        if (parameter.GetCustomAttributes<BindingAttribute>().Count() > 1)
        {
            yield return $"parameter '{parameter.Name}' has more than one binding attribute.";
        }

        if (parameter.ParameterType.IsByRef)
        {
            yield return $"parameter '{parameter.Name}' is passed by reference; functions take values and return results.";
        }

        if (parameter.ParameterType == typeof(DurableTaskClient) && !parameter.IsDefined(typeof(DurableClientAttribute)))
        {
            yield return $"parameter '{parameter.Name}' is a DurableTaskClient and needs [DurableClient].";
        }
    }

    private static IEnumerable<string> BrokenTrigger(ParameterInfo parameter, MethodInfo method)
    {
        switch (KindOf(TriggerOf(parameter)!))
        {
            case FunctionKind.Http when parameter.ParameterType != typeof(HttpRequest):
                yield return $"parameter '{parameter.Name}' with [HttpTrigger] must be an HttpRequest of ASP.NET Core, not {parameter.ParameterType.Name}.";
                break;
            case FunctionKind.Orchestration when OrchestrationInput(method) is { ParameterType: { IsAbstract: true } or { IsInterface: true } } input:
                yield return $"input parameter '{input.Name}' must be of a concrete type, or it would always be null.";
                break;
            case null:
                yield return $"parameter '{parameter.Name}' has the trigger {TriggerOf(parameter)!.GetType().Name}, which this runtime does not have.";
                break;
        }
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9_\-]{0,127}\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ValidName();
}
