using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Azure.Functions.Worker;

namespace LocalFunctions.Hosting.Discovery;

/// <summary>What a function's context tells about it.</summary>
internal sealed class ReflectedFunctionDefinition : FunctionDefinition
{
    public ReflectedFunctionDefinition(string name, FunctionKind kind, MethodInfo method)
    {
        Name = name;
        EntryPoint = FunctionDescriptor.PlaceOf(method);
        PathToAssembly = method.Module.Assembly.Location;
        Id = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{EntryPoint}/{name}")).AsSpan(0, 8));
        Parameters = [.. method.GetParameters().Select(parameter => new FunctionParameter(parameter.Name!, parameter.ParameterType))];
        InputBindings = method.GetParameters()
            .Select(parameter => (parameter.Name, Type: BindingType(parameter, kind)))
            .Where(binding => binding is { Name: not null, Type: not null })
            .ToImmutableDictionary(binding => binding.Name!, binding => (BindingMetadata)new InputBinding(binding.Name!, binding.Type!), StringComparer.Ordinal);
    }

    public override string Id { get; }

    public override string Name { get; }

    public override string EntryPoint { get; }

    public override string PathToAssembly { get; }

    public override ImmutableArray<FunctionParameter> Parameters { get; }

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; }

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings => ImmutableDictionary<string, BindingMetadata>.Empty;

    private static string? BindingType(ParameterInfo parameter, FunctionKind kind)
    {
        if (parameter.IsDefined(typeof(DurableClientAttribute), inherit: false))
        {
            return "durableClient";
        }

        return SignatureRules.TriggerOf(parameter) is null ? null : kind switch
        {
            FunctionKind.Http => "httpTrigger",
            FunctionKind.Timer => "timerTrigger",
            FunctionKind.Orchestration => "orchestrationTrigger",
            _ => "activityTrigger",
        };
    }

    private sealed class InputBinding(string name, string type) : BindingMetadata
    {
        public override string Name => name;

        public override string Type => type;

        public override BindingDirection Direction => BindingDirection.In;
    }
}
