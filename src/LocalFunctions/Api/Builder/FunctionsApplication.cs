using System.Reflection;
using System.Runtime.CompilerServices;
using LocalFunctions.Hosting;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where a function app starts.</summary>
public static class FunctionsApplication
{
    /// <summary>Creates the builder of the app whose functions are in the calling assembly. A method of the app that another assembly calls
    /// to host it should be marked <see cref="MethodImplOptions.NoInlining"/>, or it may not be there to be seen.</summary>
    /// <param name="args">Command-line arguments; they are settings too (<c>--LocalFunctions:Urls http://127.0.0.1:0</c>).</param>
    /// <returns>The builder, with the default configuration sources and logging.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static FunctionsApplicationBuilder CreateBuilder(string[] args)
    {
        var app = Assembly.GetCallingAssembly();
        return CreateBuilder(args, new FunctionAppSource(app, app.GetTypes));
    }

    internal static FunctionsApplicationBuilder CreateBuilder(string[] args, FunctionAppSource source) =>
        new(DefaultHostBuilder.Create(args, source.Assembly), source);
}
