using System.Reflection;
using LocalFunctions.Hosting.Discovery;
using Microsoft.Extensions.DependencyInjection;

namespace LocalFunctions.Hosting.Invocation;

/// <summary>Calls the method of one function with its parameters bound, on a new instance of its class.</summary>
internal sealed class FunctionInvoker
{
    private static readonly MethodInfo TypedTask = Typed(nameof(AwaitTask));
    private static readonly MethodInfo TypedValueTask = Typed(nameof(AwaitValueTask));

    private readonly MethodInvoker method;
    private readonly ObjectFactory? create;
    private readonly ParameterBinding[] bindings;
    private readonly Func<object, Task<object?>> complete;

    public FunctionInvoker(FunctionDescriptor function, ParameterBinder binder)
    {
        method = MethodInvoker.Create(function.Method);
        create = function.Method.IsStatic ? null : ActivatorUtilities.CreateFactory(function.Method.DeclaringType!, []);
        bindings = function.Method.GetParameters().Select(parameter => binder.Bind(parameter, function)).ToArray();
        complete = Completion(function.Method.ReturnType);
    }

    /// <summary>Awaits keep the caller's synchronization context: orchestrators depend on it.</summary>
    public async Task InvokeAsync(BoundFunctionContext context)
    {
        var arguments = new object?[bindings.Length];
        for (var index = 0; index < bindings.Length; index++)
        {
            arguments[index] = bindings[index](context);
        }

        var instance = create?.Invoke(context.InstanceServices, null);
        try
        {
            var returned = method.Invoke(instance, arguments);
            context.Result = returned is null ? null : await complete(returned);
        }
        finally
        {
            await ReleaseAsync(instance);
        }
    }

    private static async ValueTask ReleaseAsync(object? instance)
    {
        if (instance is IAsyncDisposable asynchronous)
        {
            await asynchronous.DisposeAsync();
        }
        else if (instance is IDisposable disposable)
        {
            disposable.Dispose();
        }
    }

    private static Func<object, Task<object?>> Completion(Type returns)
    {
        if (returns == typeof(ValueTask))
        {
            return returned => AwaitNothing(((ValueTask)returned).AsTask());
        }

        if (returns.IsGenericType && returns.GetGenericTypeDefinition() == typeof(ValueTask<>))
        {
            return TypedValueTask.MakeGenericMethod(returns.GetGenericArguments()).CreateDelegate<Func<object, Task<object?>>>();
        }

        if (returns.IsGenericType && returns.GetGenericTypeDefinition() == typeof(Task<>))
        {
            return TypedTask.MakeGenericMethod(returns.GetGenericArguments()).CreateDelegate<Func<object, Task<object?>>>();
        }

        return typeof(Task).IsAssignableFrom(returns) ? returned => AwaitNothing((Task)returned) : returned => Task.FromResult<object?>(returned);
    }

    private static async Task<object?> AwaitNothing(Task task)
    {
        await task;
        return null;
    }

    private static async Task<object?> AwaitTask<T>(object task) => await (Task<T>)task;

    private static async Task<object?> AwaitValueTask<T>(object task) => await (ValueTask<T>)task;

    private static MethodInfo Typed(string name) => typeof(FunctionInvoker).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;
}
