using LocalFunctions.Durable;
using LocalFunctions.Durable.Replay;
using Microsoft.Extensions.Configuration;

namespace LocalFunctions.Hosting.Settings;

/// <summary>The keys of <c>host.json</c> that this runtime honours. Settings <c>AzureFunctionsJobHost__a__b</c> override the file.</summary>
internal sealed class HostJson
{
    public const string FileName = "host.json";
    private const string OverrideSection = "AzureFunctionsJobHost";
    private const string Durable = "extensions:durableTask:";

    private readonly IConfiguration values;
    private readonly string origin;

    private HostJson(IConfiguration values, string origin)
    {
        this.values = values;
        this.origin = origin;
    }

    public string RoutePrefix => values["extensions:http:routePrefix"]?.Trim('/') ?? "api";

    public string HubName => values[Durable + "hubName"] ?? "TestHubName";

    /// <summary>The name of the storage connection. There is none here; addresses of the management API show it, as on Azure.</summary>
    public string ConnectionName =>
        values[Durable + "storageProvider:connectionName"] ?? values[Durable + "storageProvider:connectionStringName"] ?? "AzureWebJobsStorage";

    public int MaxConcurrentActivities => Positive(Durable + "maxConcurrentActivityFunctions", 10 * Environment.ProcessorCount);

    public int MaxConcurrentOrchestrations => Positive(Durable + "maxConcurrentOrchestratorFunctions", 10 * Environment.ProcessorCount);

    public int MaxOrchestrationActions => Positive(Durable + "maxOrchestrationActions", ReplayRules.DefaultMaxActionsPerTurn);

    public OrchestrationVersions Versions => new(
        values[Durable + "defaultVersion"],
        OneOf(Durable + "versionMatchStrategy", OrchestrationVersions.Unversioned.Match),
        OneOf(Durable + "versionFailureStrategy", OrchestrationVersions.Unversioned.OnMismatch));

    public IConfiguration Logging => values.GetSection("logging");

    /// <summary>Reads the first <c>host.json</c> found in the folders; without one, every value is the official default.</summary>
    public static HostJson Read(IEnumerable<string> folders, IConfiguration settings)
    {
        var path = folders.Select(folder => Path.Combine(folder, FileName)).FirstOrDefault(File.Exists);
        var builder = new ConfigurationBuilder();
        if (path is not null)
        {
            builder.AddJsonStream(new MemoryStream(File.ReadAllBytes(path)));
        }

        builder.AddConfiguration(settings.GetSection(OverrideSection));
        try
        {
            var read = new HostJson(builder.Build(), path ?? FileName);
            if (path is not null && read.values["version"] is not "2.0")
            {
                throw new FunctionsStartupException($"'{path}' must say \"version\": \"2.0\".");
            }

            return read;
        }
        catch (Exception failure) when (failure is FormatException or InvalidDataException or System.Text.Json.JsonException)
        {
            throw new FunctionsStartupException($"'{path}' is not JSON: {failure.Message}", failure);
        }
    }

    private int Positive(string key, int otherwise)
    {
        if (values[key] is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, out var number) && number > 0 ? number : throw Broken(key, text, "a whole number above 0");
    }

    private T OneOf<T>(string key, T otherwise)
        where T : struct, Enum
    {
        if (values[key] is not { } text)
        {
            return otherwise;
        }

        return Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value)
            ? value
            : throw Broken(key, text, string.Join(", ", Enum.GetNames<T>()));
    }

    private FunctionsStartupException Broken(string key, string text, string wanted) =>
        new($"'{origin}': '{key.Replace(':', '.')}' is '{text}'; it must be {wanted}.");
}
