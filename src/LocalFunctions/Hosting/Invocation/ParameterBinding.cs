using System.Reflection;
using System.Text.Json;
using LocalFunctions.Hosting.Discovery;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Hosting.Invocation;

/// <summary>How one parameter of a function gets its value; decided once, at start.</summary>
internal delegate object? ParameterBinding(BoundFunctionContext context);

/// <summary>Decides how the parameters of functions get their values.</summary>
internal sealed class ParameterBinder(JsonSerializerOptions json, Func<DurableTaskClient> client)
{
    public ParameterBinding Bind(ParameterInfo parameter, FunctionDescriptor function)
    {
        var type = parameter.ParameterType;
        if (type == typeof(FunctionContext))
        {
            return context => context;
        }

        if (type == typeof(CancellationToken))
        {
            return context => context.CancellationToken;
        }

        if (parameter.IsDefined(typeof(DurableClientAttribute)))
        {
            return _ => client();
        }

        if (parameter == function.TriggerParameter)
        {
            return Trigger(type);
        }

        return function.Kind == FunctionKind.Orchestration && parameter == SignatureRules.OrchestrationInput(function.Method)
            ? context => BoundValue.FromJson(context.SerializedInput, type, json)
            : ByName(parameter);
    }

    private ParameterBinding Trigger(Type type)
    {
        if (type == typeof(HttpRequest) || type == typeof(TaskOrchestrationContext) || type == typeof(TimerInfo))
        {
            return context => context.TriggerValue;
        }

        // An activity's input is JSON already; a timer's state becomes it for whoever wants it as text or a class of their own.
        return context => BoundValue.FromJson(
            context.TriggerValue is TimerInfo timer ? JsonSerializer.Serialize(timer, JsonSerializerOptions.Web) : (string?)context.TriggerValue, type, json);
    }

    private ParameterBinding ByName(ParameterInfo parameter)
    {
        var (name, type) = (parameter.Name!, parameter.ParameterType);
        var missing = parameter.HasDefaultValue ? parameter.DefaultValue : null;
        var mustExist = !parameter.HasDefaultValue && type.IsValueType && Nullable.GetUnderlyingType(type) is null;
        return context =>
        {
            if (context.BindingContext.BindingData.TryGetValue(name, out var value) && value is not null)
            {
                return Convert(value);
            }

            return mustExist
                ? throw new InvalidOperationException($"Function '{context.Function.Name}': nothing provides a value for parameter '{name}'.")
                : missing;
        };

        object? Convert(object value)
        {
            try
            {
                return BoundValue.FromData(value, type, json);
            }
            catch (Exception failure) when (failure is FormatException or ArgumentException or OverflowException or JsonException)
            {
                throw new InvalidOperationException($"The value for parameter '{name}' is not a {type.Name}.", failure);
            }
        }
    }
}
