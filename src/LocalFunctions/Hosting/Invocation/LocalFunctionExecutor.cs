using System.Collections.Concurrent;
using LocalFunctions.Hosting.Discovery;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Invocation;

namespace LocalFunctions.Hosting.Invocation;

/// <summary>Runs the method of a function, inside all middleware. An app may put an executor of its own around it, as around the official one.</summary>
internal sealed class LocalFunctionExecutor(ParameterBinder binder) : IFunctionExecutor
{
    private readonly ConcurrentDictionary<FunctionDescriptor, FunctionInvoker> invokers = new();

    public ValueTask ExecuteAsync(FunctionContext context)
    {
        var bound = (BoundFunctionContext)context;
        return new ValueTask(invokers.GetOrAdd(bound.Function, static (function, binder) => new FunctionInvoker(function, binder), binder).InvokeAsync(bound));
    }
}
