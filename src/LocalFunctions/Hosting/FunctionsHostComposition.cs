using System.Text.Json;
using LocalFunctions.Durable;
using LocalFunctions.Durable.Machine;
using LocalFunctions.Hosting.Discovery;
using LocalFunctions.Hosting.Http;
using LocalFunctions.Hosting.Invocation;
using LocalFunctions.Hosting.Management;
using LocalFunctions.Hosting.Settings;
using LocalFunctions.Hosting.State;
using LocalFunctions.Hosting.Timers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.Invocation;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LocalFunctions.Hosting;

/// <summary>Puts the host together: what the app configured, its functions, and the runtime around them.</summary>
internal static class FunctionsHostComposition
{
    // As the official host.
    private const long MaxRequestBodyBytes = 104_857_600;

    // For what is cut off at the end of the drain to notice, and for the engine to close.
    private static readonly TimeSpan AfterDrain = TimeSpan.FromSeconds(10);

    public static IHost Build(
        WebApplicationBuilder web,
        FunctionAppSource source,
        IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
    {
        var app = FunctionApp.Read(web, source);
        AddServer(web, app.Options);
        AddRuntime(web.Services, app, middleware);
        var host = web.Build();
        Map(host, app);
        if (app.Functions.Count == 0)
        {
            RuntimeLog.NoFunctions(host.Logger, source.Assembly.GetName().Name!);
        }

        return host;
    }

    private static void AddServer(WebApplicationBuilder web, LocalFunctionsOptions options)
    {
        web.WebHost.UseUrls(options.GroupSocket is { } socket ? $"{options.Urls};http://unix:{socket}" : options.Urls);
        web.WebHost.ConfigureKestrel((context, kestrel) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBodyBytes;
            kestrel.Configure(context.Configuration.GetSection("Kestrel"));
        });
        if (options.Urls.Contains("https:", StringComparison.OrdinalIgnoreCase))
        {
            web.WebHost.UseKestrelHttpsConfiguration();
        }

        web.Services.AddRoutingCore();
        web.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(options.DrainSeconds) + AfterDrain);
    }

    private static void AddRuntime(
        IServiceCollection services, FunctionApp app, IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddMvcCore();
        services.AddSingleton<ILocalServer, LocalServer>();
        services.AddSingleton(app.State);
        services.AddSingleton(provider => new RunningFunctions(TimeSpan.FromSeconds(app.Options.DrainSeconds), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ParameterBinder(Json(provider), () => Client(provider)));
        services.AddSingleton(provider => new FunctionPipeline(
            middleware, provider.GetRequiredService<IFunctionExecutor>(), provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddSingleton(new LocalCallers(app.State) { GroupSocket = app.Options.GroupSocket });
        services.AddSingleton(provider => new FunctionKeys(app.Options, provider.GetRequiredService<LocalCallers>()));
        services.AddSingleton<HttpFunctionHandler>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<TimerTriggers>(provider, app.Timers));
        services.AddSingleton(provider => new AdminApi(app.Functions, provider.GetRequiredService<TimerTriggers>(), provider.GetRequiredService<FunctionKeys>()));
        if (app.IsDurable)
        {
            AddDurable(services, app);
        }

        // First of all services, so that nothing of the app runs before the lock is held.
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService, FunctionsRuntime>());
    }

    private static void AddDurable(IServiceCollection services, FunctionApp app)
    {
        services.TryAddSingleton(new Continuation());
        services.AddSingleton<IDurableFunctions>(provider => new AppFunctions(app, Json(provider), provider.GetRequiredService<FunctionPipeline>));
        services.AddSingleton(provider => new DurableEngine(
            new DurableEngineOptions(app.State.DurableDatabase, app.HubName, app.Host.MaxConcurrentActivities, app.Host.MaxConcurrentOrchestrations, Json(provider))
            {
                Versions = app.Host.Versions,
                MaxActionsPerTurn = app.Host.MaxOrchestrationActions,
                Continuation = provider.GetRequiredService<Continuation>(),
            },
            provider.GetRequiredService<IDurableFunctions>(),
            new LocalMachine(provider.GetRequiredService<TimeProvider>()),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddTransient(Client);
        services.AddHealthChecks().AddCheck<DurableHealthCheck>(DurableHealthCheck.Name);
        services.AddSingleton(new ManagementNames(app.HubName, app.Host.ConnectionName));
        services.AddSingleton<InstanceQueries>();
        services.AddSingleton<InstanceStarts>();
        services.AddSingleton<InstanceCommands>();
        services.AddSingleton<DurableManagementApi>();
    }

    private static void Map(WebApplication host, FunctionApp app)
    {
        host.Use(next => http => Problem.CompleteAsync(http, next));
        var handler = host.Services.GetRequiredService<HttpFunctionHandler>();
        foreach (var route in app.Routes)
        {
            var endpoint = route.Methods.Count == 0
                ? host.Map(route.Pattern, http => handler.AnswerAsync(route, http))
                : host.MapMethods(route.Pattern.RawText!, route.Methods, http => handler.AnswerAsync(route, http));
            endpoint.WithDisplayName(route.Function.Name);
        }

        host.Services.GetRequiredService<AdminApi>().Map(host);
        host.Services.GetService<DurableManagementApi>()?.Map(host);
    }

    private static JsonSerializerOptions Json(IServiceProvider provider) => provider.GetRequiredService<IOptions<JsonSerializerOptions>>().Value;

    private static Microsoft.DurableTask.Client.DurableTaskClient Client(IServiceProvider provider) =>
        provider.GetRequiredService<DurableEngine>().CreateClient();
}
