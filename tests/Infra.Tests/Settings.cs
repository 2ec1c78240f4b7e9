using Microsoft.Extensions.Configuration;

namespace Infra.Tests;

/// <summary>What the caller of the tests asks for.</summary>
internal static class Settings
{
    private static readonly IConfigurationRoot Environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();

    public static string? Of(string name) => Environment[name];
}
