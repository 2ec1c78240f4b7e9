using LocalFunctions.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Soak.Crashes;

/// <summary>The app that is killed, as a process of its own: an ordinary function app on LocalFunctions.</summary>
internal static class FanOutApp
{
    /// <summary>The argument that makes this program the app; the folder of its state and effects follows.</summary>
    public const string Verb = "fan-out-app";

    /// <summary>Where the app keeps its state below its folder.</summary>
    public static string State(string folder) => Path.Combine(folder, "state");

    /// <summary>Where its effects are.</summary>
    public static string Effects(string folder) => Path.Combine(folder, "effects");

    public static async Task<int> RunAsync(string folder)
    {
        var builder = LocalFunctionsApplication.CreateBuilder(
            ["--contentRoot", folder, "--LocalFunctions:StateDirectory", State(folder), "--LocalFunctions:Urls", "http://127.0.0.1:0"], typeof(FanOutApp).Assembly);
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Services.AddSingleton(new EffectFiles(Effects(folder)));
        await builder.Build().RunAsync();
        return 0;
    }
}
