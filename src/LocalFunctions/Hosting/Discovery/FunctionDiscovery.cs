using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace LocalFunctions.Hosting.Discovery;

/// <summary>Finds the functions of an app: public methods with <c>[Function]</c> of public classes.</summary>
internal static class FunctionDiscovery
{
    private const BindingFlags PublicMethods = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <exception cref="FunctionsStartupException">Any function breaks a rule; the message lists all that do.</exception>
    public static IReadOnlyList<FunctionDescriptor> Find(IEnumerable<Type> types)
    {
        var functions = new List<FunctionDescriptor>();
        var broken = new List<string>();
        foreach (var method in types.Where(HoldsFunctions).SelectMany(type => type.GetMethods(PublicMethods)))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is not { } function)
            {
                continue;
            }

            var problems = SignatureRules.Broken(function.Name, method).Select(problem => $"{FunctionDescriptor.PlaceOf(method)}: {problem}").ToList();
            broken.AddRange(problems);
            if (problems.Count == 0)
            {
                functions.Add(Describe(function.Name, method));
            }
        }

        broken.AddRange(Duplicates(functions));
        return broken.Count == 0 ? functions : throw Refused(broken);
    }

    public static FunctionsStartupException Refused(IEnumerable<string> problems) =>
        new("The function app cannot start:" + string.Concat(problems.Select(problem => Environment.NewLine + "- " + problem)));

    private static bool HoldsFunctions(Type type) => type is { IsClass: true, IsVisible: true } && (!type.IsAbstract || type.IsSealed);

    private static FunctionDescriptor Describe(string name, MethodInfo method)
    {
        var parameter = method.GetParameters().Single(candidate => SignatureRules.TriggerOf(candidate) is not null);
        var trigger = SignatureRules.TriggerOf(parameter)!;
        return new FunctionDescriptor(name, SignatureRules.KindOf(trigger)!.Value, method, parameter, trigger);
    }

    private static IEnumerable<string> Duplicates(List<FunctionDescriptor> functions) => functions
        .GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase)
        .Where(group => group.Count() > 1)
        .Select(group => $"{string.Join(" and ", group.Select(function => function.Place))}: all are named '{group.Key}'; names differ by more than case.");
}
