using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace QdrantBackup.Configuration;

/// <summary>How a host takes up the configuration: sources, later wins, and the checked options.</summary>
public static class BackupConfigurationExtensions
{
    /// <summary>
    /// Adds all sources in their order: the file (the given one, which must exist, or the default one if there is one), plain
    /// environment names such as <c>QDRANT_URL</c>, and environment variables such as <c>Backup__Retention__Daily</c>.
    /// </summary>
    public static IConfigurationBuilder AddBackupSources(this IConfigurationBuilder builder, string? file = null)
    {
        var path = file ?? BackupFile.FindDefault();
        return (path is null ? builder : builder.AddBackupFile(path)).AddBackupEnvironment();
    }

    /// <summary>Adds a file, YAML or JSON, whose root key is <c>backup</c>.</summary>
    public static IConfigurationBuilder AddBackupFile(this IConfigurationBuilder builder, string path)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new BackupFileSource(path));
    }

    /// <summary>Adds the plain names of the environment, then the environment variables themselves, which win.</summary>
    public static IConfigurationBuilder AddBackupEnvironment(this IConfigurationBuilder builder) =>
        builder.AddBackupEnvironment(new ConfigurationBuilder().AddEnvironmentVariables().Build()).AddEnvironmentVariables();

    /// <summary>Adds the plain names out of the given environment, each where its key belongs.</summary>
    public static IConfigurationBuilder AddBackupEnvironment(this IConfigurationBuilder builder, IConfiguration environment)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new PlainEnvironmentSource(environment));
    }

    /// <summary>Adds values of the command line by key below <c>Backup</c>, e.g. <c>Retention:Daily</c>; nulls are not given.</summary>
    public static IConfigurationBuilder AddBackupCommandLine(this IConfigurationBuilder builder, IEnumerable<KeyValuePair<string, string?>> values)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new CommandLineSource(values));
    }

    /// <summary>
    /// Makes <see cref="BackupOptions"/> available, as itself and as <see cref="IOptions{TOptions}"/>. The configuration is checked
    /// when the host starts; whatever is wrong is a <see cref="ConfigurationException"/>.
    /// </summary>
    public static IServiceCollection AddBackupOptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.Replace(ServiceDescriptor.Singleton<IOptionsFactory<BackupOptions>>(new BackupOptionsFactory(configuration)));
        services.AddOptions<BackupOptions>().ValidateOnStart();
        services.TryAddSingleton(provider => provider.GetRequiredService<IOptionsMonitor<BackupOptions>>().CurrentValue);
        return services;
    }

    private sealed class BackupOptionsFactory(IConfiguration configuration) : IOptionsFactory<BackupOptions>
    {
        public BackupOptions Create(string name) => BackupOptionsReader.Read(configuration);
    }
}
