using System.Reflection;
using System.Text.Json;
using LocalFunctions.Hosting.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Hosting;

/// <summary>The defaults that a function app's builder starts from: the official ones where an app can see them, and nothing that costs
/// start-up time without being used.</summary>
internal static class DefaultHostBuilder
{
    public static WebApplicationBuilder Create(string[] args, Assembly app)
    {
        var host = new ConfigurationBuilder().AddEnvironmentVariables("DOTNET_").AddEnvironmentVariables("AZURE_FUNCTIONS_").AddCommandLine(args).Build();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = app.GetName().Name,
            EnvironmentName = host[HostDefaults.EnvironmentKey] ?? Environments.Production,
            ContentRootPath = Path.GetFullPath(host[HostDefaults.ContentRootKey] ?? Directory.GetCurrentDirectory()),
        });
        AddSettings(builder.Configuration, builder.Environment, app, args);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Services.Configure<JsonSerializerOptions>(json => json.PropertyNameCaseInsensitive = true);
        builder.WebHost.UseKestrelCore();
        return builder;
    }

    private static void AddSettings(ConfigurationManager settings, IHostEnvironment environment, Assembly app, string[] args)
    {
        settings.SetBasePath(environment.ContentRootPath);
        settings.AddJsonFile("appsettings.json", optional: true, reloadOnChange: false);
        settings.AddJsonFile($"appsettings.{environment.EnvironmentName}.json", optional: true, reloadOnChange: false);
        if (environment.IsDevelopment())
        {
            settings.AddUserSecrets(app, optional: true, reloadOnChange: false);
        }

        settings.AddInMemoryCollection(LocalSettings.Read(environment.ContentRootPath));
        settings.AddEnvironmentVariables("AZURE_FUNCTIONS_");
        settings.AddEnvironmentVariables();
        settings.AddCommandLine(args);
    }
}
