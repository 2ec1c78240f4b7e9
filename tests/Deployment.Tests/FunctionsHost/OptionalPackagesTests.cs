using System.Text.Json;
using Azure.Core;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using QdrantBackup.Harness;
using QdrantBackup.Tests;

namespace QdrantBackup.Deployment.Tests.FunctionsHost;

/// <summary>The two packages that a feed may lack: off unless a property asks for them.</summary>
public sealed class OptionalPackagesTests
{
    // The part of the package that is used, as its reference documents it.
    private const string PublishedApi = """
        namespace Azure.Security.KeyVault.Keys.Cryptography;
        public class CryptographyClient : Azure.Core.Cryptography.IKeyEncryptionKey
        {
            public CryptographyClient(System.Uri keyId, Azure.Core.TokenCredential credential) { }
            public virtual string KeyId => "";
            byte[] Azure.Core.Cryptography.IKeyEncryptionKey.WrapKey(string algorithm, System.ReadOnlyMemory<byte> key, System.Threading.CancellationToken cancellationToken) => [];
            System.Threading.Tasks.Task<byte[]> Azure.Core.Cryptography.IKeyEncryptionKey.WrapKeyAsync(string algorithm, System.ReadOnlyMemory<byte> key, System.Threading.CancellationToken cancellationToken) => null!;
            byte[] Azure.Core.Cryptography.IKeyEncryptionKey.UnwrapKey(string algorithm, System.ReadOnlyMemory<byte> encryptedKey, System.Threading.CancellationToken cancellationToken) => [];
            System.Threading.Tasks.Task<byte[]> Azure.Core.Cryptography.IKeyEncryptionKey.UnwrapKeyAsync(string algorithm, System.ReadOnlyMemory<byte> encryptedKey, System.Threading.CancellationToken cancellationToken) => null!;
        }
        """;

    private const string Declaration = """
        global using System; global using System.Threading; global using System.Threading.Tasks;
        namespace QdrantBackup.Functions;
        internal static partial class HostServices
        {
            static partial void AddKeyVaultKeys(Microsoft.Extensions.DependencyInjection.IServiceCollection services);
        }
        """;

    [Theory]
    [InlineData("UseKeyVaultKeysPackage", "Azure.Security.KeyVault.Keys")]
    [InlineData("UseDurableTaskScheduler", "Microsoft.Azure.Functions.Worker.Extensions.DurableTask.AzureManaged")]
    public async Task A_package_that_a_feed_may_lack_is_taken_only_when_its_property_asks_for_it(string property, string package)
    {
        Assert.DoesNotContain(package, await PackagesAsync());
        Assert.Contains(package, await PackagesAsync($"-p:{property}=true"));
    }

    [Fact]
    public void The_file_for_the_vendors_client_of_Key_Vault_fits_the_published_API()
    {
        var source = File.ReadAllText(Repository.Path("src", "QdrantBackup.Functions", "KeyVaultKeys.cs"));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Append(typeof(TokenCredential).Assembly.Location).Distinct(StringComparer.Ordinal).Select(path => MetadataReference.CreateFromFile(path));

        var compilation = CSharpCompilation.Create(
            "Checked",
            new[] { source, Declaration, PublishedApi }.Select(text => CSharpSyntaxTree.ParseText(text)),
            references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(found => found.Severity == DiagnosticSeverity.Error));
        Assert.True(source.Split('\n').Length < 40, "the file is to stay a screen long");
    }

    private static async Task<IReadOnlyList<string?>> PackagesAsync(params string[] options)
    {
        var result = await Installation.ProgramAsync(
            ["dotnet", "msbuild", PublishedApp.Project, "-p:ExcludeRestorePackageImports=true", "-getItem:PackageReference", .. options]);
        var found = JsonElement.Parse(result.Results).GetProperty("Items").GetProperty("PackageReference").EnumerateArray();
        return [.. found.Select(package => package.GetProperty("Identity").GetString())];
    }
}
