using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace QdrantBackup.Functions.Wiring;

/// <summary>
/// Stands around activities where LocalFunctions runs them. On Azure the Durable extension has already written down what was thrown when a middleware
/// sees it, so there the same stands further in (AzureRuntime/ActivityExecutor).
/// </summary>
internal sealed class ActivityFailureMiddleware(ActivityFailures failures) : IFunctionsWorkerMiddleware
{
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next) => failures.GuardAsync(context, c => next(c));
}
