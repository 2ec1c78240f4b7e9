using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Invocation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace QdrantBackup.Functions.Wiring;

/// <summary>
/// The Durable extension writes down what an activity throws right where it calls the worker's executor of functions, before any middleware sees it. So that executor
/// gets the guard around it: what is written down is what a history may keep.
/// </summary>
internal static partial class RuntimeServices
{
    static partial void GuardActivities(IServiceCollection services)
    {
        var official = services.Last(service => service.ServiceType == typeof(IFunctionExecutor));
        services.Replace(ServiceDescriptor.Singleton<IFunctionExecutor>(provider => new ActivityExecutor(
            (IFunctionExecutor)ActivatorUtilities.CreateInstance(provider, official.ImplementationType!), provider.GetRequiredService<ActivityFailures>())));
    }

    private sealed class ActivityExecutor(IFunctionExecutor official, ActivityFailures failures) : IFunctionExecutor
    {
        public async ValueTask ExecuteAsync(FunctionContext context) => await failures.GuardAsync(context, c => official.ExecuteAsync(c).AsTask());
    }
}
