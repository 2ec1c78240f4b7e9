namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>Runs around every invocation, in the order in which the builder was told of it; one instance serves all invocations.</summary>
public interface IFunctionsWorkerMiddleware
{
    /// <summary>Runs around one invocation.</summary>
    /// <param name="context">The invocation.</param>
    /// <param name="next">The rest of the pipeline, the function last; not calling it skips the function.</param>
    /// <returns>Completes when the invocation has.</returns>
    Task Invoke(FunctionContext context, FunctionExecutionDelegate next);
}

/// <summary>The rest of the pipeline of an invocation.</summary>
/// <param name="context">The invocation.</param>
/// <returns>Completes when the rest has.</returns>
public delegate Task FunctionExecutionDelegate(FunctionContext context);
