using LocalFunctions.Hosting.Discovery;
using LocalFunctions.Hosting.Http;
using LocalFunctions.Hosting.Settings;
using LocalFunctions.Hosting.State;
using LocalFunctions.Hosting.Timers;
using Microsoft.AspNetCore.Builder;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Hosting;

/// <summary>A function app as read from its code, <c>host.json</c> and settings, with every rule checked.</summary>
internal sealed record FunctionApp(
    LocalFunctionsOptions Options,
    HostJson Host,
    string HubName,
    StateDirectory State,
    IReadOnlyList<FunctionDescriptor> Functions,
    IReadOnlyList<FunctionDescriptor> Enabled,
    IReadOnlyDictionary<FunctionDescriptor, string> DurableNames,
    IReadOnlyList<HttpRoute> Routes,
    IReadOnlyList<TimerFunction> Timers)
{
    /// <summary>Whether anything of the app needs the durable engine.</summary>
    public bool IsDurable { get; } = Functions.Any(function => function.Kind is FunctionKind.Orchestration or FunctionKind.Activity
        || function.Method.GetParameters().Any(parameter => parameter.ParameterType == typeof(DurableTaskClient)));

    /// <exception cref="FunctionsStartupException">Something is wrong; the message says what and where.</exception>
    public static FunctionApp Read(WebApplicationBuilder web, FunctionAppSource source)
    {
        var settings = web.Configuration;
        var options = ReadOptions(settings);
        var host = HostJson.Read([web.Environment.ContentRootPath, Path.GetDirectoryName(source.Assembly.Location) ?? ""], settings);
        web.Logging.AddConfiguration(host.Logging);
        var functions = FunctionDiscovery.Find(source.Types());
        var enabled = functions.Where(function => !DisabledFunctions.Contains(settings, function.Name)).ToList();
        return new FunctionApp(
            options,
            host,
            SettingReferences.Resolve(host.HubName, settings, "host.json, extensions.durableTask.hubName"),
            new StateDirectory(Path.GetFullPath(options.StateDirectory, web.Environment.ContentRootPath)),
            functions,
            enabled,
            Discovery.DurableNames.Find(functions, settings),
            HttpRoutes.Find(enabled, host.RoutePrefix, settings),
            TimerFunction.Find(functions, settings));
    }

    private static LocalFunctionsOptions ReadOptions(ConfigurationManager settings)
    {
        var known = typeof(LocalFunctionsOptions).GetProperties().Select(property => property.Name).ToList();
        if (settings.GetSection(LocalFunctionsOptions.Section).GetChildren().FirstOrDefault(given => !known.Contains(given.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw new FunctionsStartupException($"{unknown.Path} is not a setting of this runtime; there are {string.Join(", ", known.Order(StringComparer.Ordinal))}.");
        }

        try
        {
            var options = settings.GetSection(LocalFunctionsOptions.Section).Get<LocalFunctionsOptions>() ?? new LocalFunctionsOptions();
            options.Validate();
            return options;
        }
        catch (InvalidOperationException failure)
        {
            throw new FunctionsStartupException($"{failure.Message} ({failure.InnerException?.Message})", failure);
        }
    }
}
