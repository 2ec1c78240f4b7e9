using System.Collections.Concurrent;
using Infra.Tests.Compiler;

[assembly: AssemblyFixture(typeof(Infra.Tests.Templates))]

namespace Infra.Tests;

/// <summary>The compiler, and what the templates as they are would create: compiled once for all tests.</summary>
public sealed class Templates : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<Deployment>>> _deployments = new();
    private readonly TemplateFolder _folder = new();

    public BicepServer Compiler { get; } = new();

    /// <summary>What the templates would create with a file of parameters.</summary>
    internal Task<Deployment> WithAsync(string variant) => _deployments.GetOrAdd(variant, name => new(() => ReadAsync(_folder, name))).Value;

    /// <summary>What changed templates would create.</summary>
    internal async Task<Deployment> ReadAsync(TemplateFolder folder, string variant) =>
        Deployment.Read(variant, await Compiler.SnapshotAsync(folder.PathOf(variant + ".bicepparam")));

    public async ValueTask DisposeAsync()
    {
        await Compiler.DisposeAsync();
        _folder.Dispose();
    }
}
