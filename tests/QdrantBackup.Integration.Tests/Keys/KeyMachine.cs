using System.Text.Json;
using QdrantBackup.Cli;
using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.Keys;

/// <summary>A machine with a configuration of its own and, in it, files with keys. Commands on keys run in this process: they need no app.</summary>
internal sealed class KeyMachine : IDisposable
{
    private readonly TempFolder _folder = new("keys");

    /// <param name="encryption">The section <c>encryption</c>; without it, a key file.</param>
    /// <param name="storage">The section <c>storage</c>; without it, a directory.</param>
    public KeyMachine(string? encryption = null, string? storage = null)
    {
        Directory.CreateDirectory(State);
        Configure(encryption ?? $"keyFile: {KeyFile}", storage);
    }

    public string KeyFile => _folder.File("backup.key");

    public string StoreDirectory => _folder.File("store");

    public string State => _folder.File("state");

    public string Config => _folder.File("backup.yaml");

    public string[] Options => ["--config", Config, "--state-dir", State];

    /// <summary>The public key of the vectors, whose private half <see cref="PrivateKey"/> copies here.</summary>
    public static string PublicKey => Vector("key-rsa-public.pem");

    public string File(string name) => _folder.File(name);

    public void Configure(string encryption, string? storage = null) => System.IO.File.WriteAllText(Config, $$"""
        backup:
          cluster: { name: keys }
          storage: { {{storage ?? $"local: \"{StoreDirectory}\""}} }
          encryption: { {{encryption}} }

        """);

    /// <summary>Writes a file that only its owner can read.</summary>
    public string Secret(string name, string content)
    {
        var path = File(name);
        System.IO.File.WriteAllText(path, content);
        System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    /// <summary>The private half of the key of the vectors, encrypted.</summary>
    public string PrivateKey() => Secret("escrow.pem", System.IO.File.ReadAllText(Vector("key-rsa-private-encrypted.pem")));

    public const string PrivateKeyPassword = "opens the private key of the vectors";

    public async Task<CommandResult> RunAsync(params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var exitCode = await CommandLine.RunAsync([.. arguments, .. Options], output, error);
        return new CommandResult(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command that has to end with 0.</summary>
    public async Task<CommandResult> SucceedAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', arguments)}: {result.ExitCode}\n{result.Errors}{result.Results}");
        return result;
    }

    /// <summary>The recipients as a command prints them in JSON.</summary>
    public async Task<IReadOnlyList<JsonElement>> RecipientsAsync(string verb, int exitCode = 0)
    {
        var result = await RunAsync("key", verb, "--output", "json");
        Assert.True(result.ExitCode == exitCode, result.Errors);
        return [.. JsonElement.Parse(result.Results).GetProperty("recipients").EnumerateArray()];
    }

    public void Dispose() => _folder.Dispose();

    private static string Vector(string name) => QdrantBackup.Tests.Repository.Path("tests", "vectors", name);
}
