using System.Security.Cryptography;
using LocalFunctions.Hosting.Discovery;
using Microsoft.Azure.Functions.Worker.Invocation;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace LocalFunctions.Hosting.Invocation;

/// <summary>Runs functions inside the app's middleware, the first added outermost.</summary>
internal sealed class FunctionPipeline
{
    private readonly IServiceScopeFactory scopes;
    private readonly FunctionExecutionDelegate run;

    public FunctionPipeline(
        IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware,
        IFunctionExecutor executor,
        IServiceScopeFactory scopes)
    {
        this.scopes = scopes;
        run = middleware.Reverse().Aggregate<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>, FunctionExecutionDelegate>(
            context => executor.ExecuteAsync(context).AsTask(), (next, wrap) => wrap(next));
    }

    /// <summary>An invocation that has not run yet. Whoever made it disposes it.</summary>
    public BoundFunctionContext Begin(FunctionDescriptor function, FunctionCall call) =>
        new(function, new Guid(RandomNumberGenerator.GetBytes(16)).ToString(), call, scopes);

    /// <summary>Runs an invocation; its result is then in the context.</summary>
    public Task RunAsync(BoundFunctionContext context) => run(context);
}
