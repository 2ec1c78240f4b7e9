using System.Security.Cryptography;
using LocalFunctions.Hosting.Discovery;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace LocalFunctions.Hosting.Invocation;

/// <summary>Runs functions inside the app's middleware, the first added outermost.</summary>
internal sealed class FunctionPipeline
{
    private readonly IServiceScopeFactory scopes;
    private readonly FunctionExecutionDelegate run;
    private readonly Dictionary<FunctionDescriptor, FunctionInvoker> invokers;

    public FunctionPipeline(
        IEnumerable<FunctionDescriptor> functions,
        IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware,
        ParameterBinder binder,
        IServiceScopeFactory scopes)
    {
        this.scopes = scopes;
        invokers = functions.ToDictionary(function => function, function => new FunctionInvoker(function, binder));
        run = middleware.Reverse().Aggregate<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>, FunctionExecutionDelegate>(
            ExecuteAsync, (next, wrap) => wrap(next));
    }

    /// <summary>An invocation that has not run yet. Whoever made it disposes it.</summary>
    public BoundFunctionContext Begin(FunctionDescriptor function, FunctionCall call) =>
        new(function, new Guid(RandomNumberGenerator.GetBytes(16)).ToString(), call, scopes);

    /// <summary>Runs an invocation; its result is then in the context.</summary>
    public Task RunAsync(BoundFunctionContext context) => run(context);

    private Task ExecuteAsync(Microsoft.Azure.Functions.Worker.FunctionContext context)
    {
        var bound = (BoundFunctionContext)context;
        return invokers[bound.Function].InvokeAsync(bound);
    }
}
