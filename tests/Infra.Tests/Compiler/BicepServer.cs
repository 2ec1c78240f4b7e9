using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using QdrantBackup.Harness;

namespace Infra.Tests.Compiler;

/// <summary>The Bicep compiler as one process that is asked many times, by JSON-RPC over its standard streams: starting it costs more than compiling.</summary>
public sealed class BicepServer : IAsyncDisposable
{
    private const int MaxAnswerBytes = 64 << 20;

    private readonly Process _process;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _lastId;

    public BicepServer()
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(Program, ["jsonrpc", "--stdio"]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false },
        };
        _process.Start();
    }

    /// <summary>Where the package lies that the project file names.</summary>
    public static string Program { get; } =
        typeof(BicepServer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Bicep").Value!;

    /// <summary>Compiles a file.</summary>
    /// <returns>Every diagnostic, of the linter too, as text.</returns>
    public async Task<IReadOnlyList<string>> CompileAsync(string path)
    {
        var answer = await CallAsync("bicep/compile", new { path });
        var result = answer["result"] ?? throw new InvalidOperationException(answer.ToJsonString());
        return [.. result["diagnostics"]!.AsArray().Select(d => $"{Path.GetFileName((string?)d!["source"])} {d["range"]?["start"]?["line"]}: {d["level"]} {d["code"]}: {d["message"]}")];
    }

    /// <summary>Compiles a file of parameters together with the template that it is for.</summary>
    /// <returns>Every diagnostic as text.</returns>
    public async Task<IReadOnlyList<string>> CompileParametersAsync(string path)
    {
        var answer = await CallAsync("bicep/compileParams", new { path, parameterOverrides = new { } });
        var result = answer["result"] ?? throw new InvalidOperationException(answer.ToJsonString());
        return [.. result["diagnostics"]!.AsArray().Select(d => $"{d!["level"]} {d["code"]}: {d["message"]}")];
    }

    /// <summary>Every file that a file needs, by its path, itself among them.</summary>
    public async Task<IReadOnlyList<string>> ReferencesAsync(string path) =>
        [.. (await CallAsync("bicep/getFileReferences", new { path }))["result"]!["filePaths"]!.AsArray().Select(f => (string)f!)];

    /// <summary>A file as the formatter would write it.</summary>
    public async Task<string> FormatAsync(string path) => (string)(await CallAsync("bicep/format", new { path }))["result"]!["contents"]!;

    /// <summary>What a deployment with these parameters would create, as far as that can be known without Azure.</summary>
    /// <exception cref="InvalidOperationException">The compiler refuses the files; it says why.</exception>
    public async Task<JsonObject> SnapshotAsync(string parametersPath)
    {
        var metadata = new { subscriptionId = Deployment.SubscriptionId, resourceGroup = Deployment.ResourceGroup, location = "westeurope", deploymentName = "main" };
        var answer = await CallAsync("bicep/getSnapshot", new { path = parametersPath, metadata });
        var text = (string?)answer["result"]?["snapshot"] ?? throw new InvalidOperationException((string?)answer["error"]?["message"] ?? answer.ToJsonString());
        return JsonNode.Parse(text)!.AsObject();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.EndAsync("Bicep");
        _process.Dispose();
        _turn.Dispose();
    }

    private async Task<JsonObject> CallAsync(string method, object parameters)
    {
        Assert.True(await _turn.WaitAsync(Waiting.Usual), $"Bicep did not answer what was asked before {method}");
        try
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(new { jsonrpc = "2.0", id = ++_lastId, method, @params = new[] { parameters } });
            var input = _process.StandardInput.BaseStream;
            await input.WriteAsync(Encoding.ASCII.GetBytes($"Content-Length: {body.Length}\r\n\r\n"));
            await input.WriteAsync(body);
            await input.FlushAsync();
            return JsonNode.Parse(await ReadAnswerAsync().WithinAsync($"Bicep's answer to {method}"))!.AsObject();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<byte[]> ReadAnswerAsync()
    {
        var output = _process.StandardOutput.BaseStream;
        var length = 0;
        while (await ReadLineAsync(output) is { Length: > 0 } line)
        {
            if (line.Split(':') is [var name, var value] && name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                length = int.Parse(value, CultureInfo.InvariantCulture);
            }
        }

        Assert.InRange(length, 1, MaxAnswerBytes);
        var answer = new byte[length];
        await output.ReadExactlyAsync(answer);
        return answer;
    }

    private static async Task<string> ReadLineAsync(Stream stream)
    {
        var line = new StringBuilder();
        var next = new byte[1];
        while (await stream.ReadAsync(next) == 1 && next[0] != '\n')
        {
            line.Append((char)next[0]);
        }

        return line.ToString().TrimEnd('\r');
    }
}
