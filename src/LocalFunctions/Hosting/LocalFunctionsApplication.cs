using System.Reflection;
using LocalFunctions.Hosting.Invocation;
using Microsoft.Azure.Functions.Worker.Invocation;
using Microsoft.Extensions.DependencyInjection;

namespace LocalFunctions.Hosting;

/// <summary>Where a function app starts that this runtime hosts; the counterpart of <c>FunctionsApplication</c>, which starts it as the worker of a Functions host.</summary>
public static class LocalFunctionsApplication
{
    /// <summary>Creates the builder.</summary>
    /// <param name="args">Command-line arguments; they are settings too (<c>--LocalFunctions:Urls http://127.0.0.1:0</c>).</param>
    /// <param name="functions">The assembly with the functions.</param>
    /// <returns>The builder, with the default configuration sources and logging.</returns>
    public static LocalFunctionsApplicationBuilder CreateBuilder(string[] args, Assembly functions)
    {
        ArgumentNullException.ThrowIfNull(functions);
        return CreateBuilder(args, new FunctionAppSource(functions, functions.GetTypes));
    }

    internal static LocalFunctionsApplicationBuilder CreateBuilder(string[] args, FunctionAppSource source)
    {
        var web = DefaultHostBuilder.Create(args, source.Assembly);

        // Here already, so that the app can put its own around it.
        web.Services.AddSingleton<IFunctionExecutor, LocalFunctionExecutor>();
        return new(web, source);
    }
}
