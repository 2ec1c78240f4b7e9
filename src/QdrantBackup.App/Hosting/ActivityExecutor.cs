using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Invocation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using QdrantBackup.App.Runs;

namespace QdrantBackup.App.Hosting;

/// <summary>
/// Guards activities where the host calls them. The Durable extension writes down what an activity throws right where it calls the worker's executor of functions,
/// before any middleware sees it: what is written down must be what a history may keep.
/// </summary>
internal sealed class ActivityExecutor(IFunctionExecutor inner, ActivityFailures failures) : IFunctionExecutor
{
    /// <summary>Puts the guard around the executor that the host has registered.</summary>
    public static void Guard(IServiceCollection services)
    {
        var host = services.Last(service => service.ServiceType == typeof(IFunctionExecutor));
        services.Replace(ServiceDescriptor.Singleton<IFunctionExecutor>(provider => new ActivityExecutor(
            (IFunctionExecutor)ActivatorUtilities.CreateInstance(provider, host.ImplementationType!), provider.GetRequiredService<ActivityFailures>())));
    }

    public async ValueTask ExecuteAsync(FunctionContext context) => await failures.GuardAsync(context, c => inner.ExecuteAsync(c).AsTask());
}
