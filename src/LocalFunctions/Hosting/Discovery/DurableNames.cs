using LocalFunctions.Hosting.Settings;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace LocalFunctions.Hosting.Discovery;

/// <summary>The names by which orchestrators and activities are called: those of their triggers, or of the functions themselves.</summary>
internal static class DurableNames
{
    /// <exception cref="FunctionsStartupException">A setting in a name is missing, or two orchestrators or activities have one name.</exception>
    public static IReadOnlyDictionary<FunctionDescriptor, string> Find(IEnumerable<FunctionDescriptor> functions, IConfiguration settings)
    {
        var names = functions
            .Where(function => function.Kind is FunctionKind.Orchestration or FunctionKind.Activity)
            .ToDictionary(function => function, function => SettingReferences.Resolve(Written(function), settings, function.Place));
        var clashes = names
            .GroupBy(named => (named.Key.Kind, Name: named.Value.ToUpperInvariant()))
            .Where(group => group.Count() > 1)
            .Select(group => $"{string.Join(" and ", group.Select(named => named.Key.Place))}: all are called as '{group.First().Value}'; give each a name of its own.")
            .ToList();
        return clashes.Count == 0 ? names : throw FunctionDiscovery.Refused(clashes);
    }

    private static string Written(FunctionDescriptor function) => function.Trigger switch
    {
        OrchestrationTriggerAttribute { Orchestration: { } name } => name,
        ActivityTriggerAttribute { Activity: { } name } => name,
        _ => function.Name,
    };
}
