using LocalFunctions.Durable;
using LocalFunctions.Hosting;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using QdrantBackup.App.Hosting;
using QdrantBackup.App.Runs;
using QdrantBackup.Cli.Output;
using QdrantBackup.Cli.Server;
using QdrantBackup.Configuration;
using QdrantBackup.Runs;

namespace QdrantBackup.Cli.Connection;

/// <summary>The function app inside this process, for <c>serve</c> and for commands that find no server.</summary>
internal sealed class LocalApp : IAsyncDisposable
{
    private readonly IHost _host;

    private LocalApp(IHost host)
    {
        _host = host;
        ApiKey = host.Services.GetRequiredService<LocalCallers>().Key;
        Address = host.Services.GetRequiredService<ILocalServer>().Addresses[0];
    }

    public Uri Address { get; }

    /// <summary>The local key, which only this process and the user's others on this state directory know.</summary>
    public string ApiKey { get; }

    /// <summary>The configuration as the app will see it.</summary>
    public static IConfigurationRoot Configuration(Settings settings) =>
        new ConfigurationBuilder().AddBackupSources(settings.ConfigFile).Build();

    /// <summary>Hosts the app on a loopback port of the system's choice.</summary>
    public static async Task<LocalApp> StartAsync(Settings settings, CancellationToken cancellationToken)
    {
        var host = Build(settings, "http://127.0.0.1:0", settings.Verbose ? LogLevel.Information : LogLevel.None, isServer: false);
        try
        {
            await host.StartAsync(cancellationToken);
            return new LocalApp(host);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>The runs that go on in this process: its own, and those that other commands, which found this one, started here.</summary>
    public async Task<IReadOnlyList<(string Kind, string Id)>> ListGoingOnAsync(CancellationToken cancellationToken)
    {
        var features = _host.Services.GetRequiredService<RunFeatures>();
        var query = new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending], FetchInputsAndOutputs: true);
        var runs = new List<(string Kind, string Id)>();
        await foreach (var instance in _host.Services.GetRequiredService<DurableTaskClient>().GetAllInstancesAsync(query).WithCancellation(cancellationToken))
        {
            if (features.OfOrchestrator(instance.Name) is { } feature)
            {
                runs.Add((feature.Kind.ToString().ToLowerInvariant(), instance.ReadInputAs<string>() ?? "?"));
            }
        }

        return runs;
    }

    /// <summary>Hosts the app until the process is asked to stop.</summary>
    public static async Task<int> ServeAsync(Settings settings, string? urls, CancellationToken cancellationToken)
    {
        using var host = Build(settings, urls, settings.Verbose ? LogLevel.Debug : LogLevel.Information, isServer: true);
        await host.StartAsync(cancellationToken);
        await host.WaitForShutdownAsync(cancellationToken);
        return ExitCode.Done;
    }

    private static IHost Build(Settings settings, string? urls, LogLevel logLevel, bool isServer)
    {
        // Looked at before there is a host that would log what is wrong with it, stack trace and all.
        var read = BackupOptionsReader.Read(Configuration(settings));

        // A person waits for a restore; nobody waits for the rest.
        if (isServer || settings.GoesOnWith.Count > 0)
        {
            ProcessPriority.Lower(read.NiceLevel);
        }

        Directory.CreateDirectory(settings.StateDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string[] arguments =
        [
            "--contentRoot", AppContext.BaseDirectory,
            "--LocalFunctions:StateDirectory", settings.StateDirectory,
            .. urls is null ? (string[])[] : ["--LocalFunctions:Urls", urls],
            .. settings.ConfigFile is null ? (string[])[] : [$"--{AppHost.ConfigFileSetting}", Path.GetFullPath(settings.ConfigFile)],
        ];
        return AppOnThisMachine.CreateBuilder(arguments, builder =>
        {
            LogToStandardError(builder.Logging, logLevel);
            builder.Services.AddSingleton(services => isServer ? OfServer(services.GetRequiredService<RunFeatures>()) : OfCommand(services.GetRequiredService<RunFeatures>(), settings.GoesOnWith));
            if (!isServer)
            {
                // A command does what it was asked to do; due times are the server's. It hears the signals itself.
                builder.Configuration.AddInMemoryCollection([new("AzureWebJobs.ScheduleTick.Disabled", "true")]);
                builder.Services.AddSingleton<IHostLifetime, CommandLifetime>();
            }
        }).Build();
    }

    // A server goes on with everything that is its own. Of what a command left it leaves what replaces collections to a person.
    private static Continuation OfServer(RunFeatures features) => new()
    {
        Continues = left => !left.IsBound || features.OfOrchestrator(left.Orchestrator) is not { ContinuesWhenAsked: true },
    };

    // What a command starts ends with it, however the process ends.
    private static Continuation OfCommand(RunFeatures features, IReadOnlyList<RunKind> kinds) => new()
    {
        BindsInstances = true,
        Continues = left => features.OfOrchestrator(left.Orchestrator) is { ContinuesWhenAsked: false } feature && kinds.Contains(feature.Kind),
    };

    /// <summary>Standard output is for results. Rules that name the console count more than host.json's level, which is meant for the function app on Azure.</summary>
    private static void LogToStandardError(ILoggingBuilder logging, LogLevel level)
    {
        var ofOthers = level == LogLevel.Debug ? LogLevel.Information : level;
        logging.AddConsoleFormatter<SafeLogFormatter, ConsoleFormatterOptions>();
        logging.Services.Configure<ConsoleLoggerOptions>(console => (console.LogToStandardErrorThreshold, console.FormatterName) = (LogLevel.Trace, SafeLogFormatter.FormatterName));
        logging.AddFilter<ConsoleLoggerProvider>(null, ofOthers);
        logging.AddFilter<ConsoleLoggerProvider>("Microsoft.AspNetCore", level == LogLevel.None ? level : LogLevel.Warning);
        logging.AddFilter<ConsoleLoggerProvider>(nameof(QdrantBackup), level);

        // What the store's directory holds beside blobs is a warning that a command shows too.
        logging.AddFilter<ConsoleLoggerProvider>("QdrantBackup.Storage", level == LogLevel.None ? LogLevel.Warning : level);

        // A start that fails is told by the command, in two lines and without a stack trace.
        logging.AddFilter<ConsoleLoggerProvider>("Microsoft.Extensions.Hosting.Internal.Host", level == LogLevel.None ? level : LogLevel.Critical);
        logging.AddFilter<ConsoleLoggerProvider>(nameof(LocalFunctions), level);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }

    /// <summary>The host of a command lives as long as the command.</summary>
    private sealed class CommandLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
