using LocalFunctions.Hosting.Discovery;
using LocalFunctions.Hosting.Settings;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace LocalFunctions.Hosting.Http;

/// <summary>The route of an HTTP function.</summary>
internal sealed record HttpRoute(FunctionDescriptor Function, RoutePattern Pattern, IReadOnlyList<string> Methods, AuthorizationLevel Level)
{
    /// <summary>What two routes have in common that match the same paths: their segments without the names of parameters.</summary>
    public string Shape { get; } = string.Join('/', Pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(PartShape))));

    public bool Overlaps(HttpRoute other) =>
        Shape.Equals(other.Shape, StringComparison.OrdinalIgnoreCase)
        && (Methods.Count == 0 || other.Methods.Count == 0 || Methods.Intersect(other.Methods, StringComparer.OrdinalIgnoreCase).Any());

    private static string PartShape(RoutePatternPart part) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternParameterPart parameter =>
            $"{{{(parameter.IsCatchAll ? "*" : "")}{string.Join(':', parameter.ParameterPolicies.Select(policy => policy.Content))}{(parameter.IsOptional ? "?" : "")}}}",
        RoutePatternSeparatorPart separator => separator.Content,
        _ => "",
    };
}

/// <summary>Finds the routes of HTTP functions: the prefix of <c>host.json</c>, then the function's route or name.</summary>
internal static class HttpRoutes
{
    private static readonly string[] Reserved = ["admin", "runtime"];

    /// <exception cref="FunctionsStartupException">A route is malformed or reserved, or two clash.</exception>
    public static IReadOnlyList<HttpRoute> Find(IEnumerable<FunctionDescriptor> functions, string prefix, IConfiguration settings)
    {
        var routes = functions.Where(function => function.Kind == FunctionKind.Http).Select(function => Of(function, prefix, settings)).ToList();
        var clashes = routes.SelectMany((route, index) => routes.Skip(index + 1).Where(route.Overlaps).Select(other => (route, other)))
            .Select(pair => $"{pair.route.Function.Place} and {pair.other.Function.Place}: both answer '{Methods(pair.route)} /{pair.route.Pattern.RawText}'; give one another route or method.")
            .ToList();
        return clashes.Count == 0 ? routes : throw FunctionDiscovery.Refused(clashes);
    }

    private static HttpRoute Of(FunctionDescriptor function, string prefix, IConfiguration settings)
    {
        var trigger = (HttpTriggerAttribute)function.Trigger;
        var route = SettingReferences.Resolve(trigger.Route ?? function.Name, settings, function.Place).TrimStart('/');
        if (Reserved.Contains(route.Split('/')[0], StringComparer.OrdinalIgnoreCase))
        {
            throw new FunctionsStartupException($"{function.Place}: the route '{route}' starts with '{route.Split('/')[0]}', which belongs to the host.");
        }

        try
        {
            var pattern = RoutePatternFactory.Parse(prefix.Length == 0 ? route : $"{prefix}/{route}");
            return new HttpRoute(function, pattern, trigger.Methods ?? [], LevelOf(function, trigger));
        }
        catch (RoutePatternException failure)
        {
            throw new FunctionsStartupException($"{function.Place}: the route '{route}' is malformed: {failure.Message}", failure);
        }
    }

    // The constructor that takes methods only leaves the level open, and the official host then asks for a key.
    private static AuthorizationLevel LevelOf(FunctionDescriptor function, HttpTriggerAttribute trigger) =>
        function.TriggerParameter.GetCustomAttributesData()
            .Where(attribute => attribute.AttributeType == typeof(HttpTriggerAttribute))
            .SelectMany(attribute => attribute.ConstructorArguments)
            .Any(argument => argument.ArgumentType == typeof(AuthorizationLevel))
            ? trigger.AuthLevel
            : AuthorizationLevel.Function;

    private static string Methods(HttpRoute route) => route.Methods.Count == 0 ? "*" : string.Join('|', route.Methods).ToUpperInvariant();
}
