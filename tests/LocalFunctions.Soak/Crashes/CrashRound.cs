using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LocalFunctions.Hosting;
using LocalFunctions.Soak.World;
using QdrantBackup.Harness;

namespace LocalFunctions.Soak.Crashes;

/// <summary>One fan-out in a process that is killed (kill -9) at random moments and started again, until it has ended.</summary>
internal sealed class CrashRound(ulong seed)
{
    private const string Instances = "/runtime/webhooks/durabletask/instances/fan-out";
    private const string Start = "/runtime/webhooks/durabletask/orchestrators/FanOut/fan-out";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(3);
    private readonly Chance _chance = new(seed);

    /// <summary>Runs it and checks its result and effects.</summary>
    /// <exception cref="InvalidOperationException">Something is wrong with them.</exception>
    public async Task<CrashReport> RunAsync()
    {
        using var folder = new TempFolder("crash");
        Directory.CreateDirectory(FanOutApp.Effects(folder.Path));
        await File.WriteAllTextAsync(folder.File("host.json"), """{ "version": "2.0" }""");
        var effects = new EffectFiles(FanOutApp.Effects(folder.Path));
        var kills = 0;
        for (var wanted = _chance.Between(2, 5); wanted > 0; wanted--)
        {
            await using var process = ChildProcess.Start("LocalFunctions.Soak.dll", [FanOutApp.Verb, folder.Path]);
            var moment = effects.Runs + _chance.Next(250);
            if (await Task.WhenAny(EndAsync(process, folder.Path), MomentAsync(effects, moment)) is Task<string>)
            {
                break;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(_chance.Next(20)), TimeProvider.System);
            await process.KillAsync();
            kills++;
        }

        await using var last = ChildProcess.Start("LocalFunctions.Soak.dll", [FanOutApp.Verb, folder.Path]);
        var result = await EndAsync(last, folder.Path);
        return Check(new CrashReport(kills, effects.Read().Count, result), effects);
    }

    private static CrashReport Check(CrashReport report, EffectFiles effects)
    {
        if (report.Result != $"{FanOutFunctions.ExpectedResult}")
        {
            throw new InvalidOperationException($"The fan-out came to {report.Result} instead of {FanOutFunctions.ExpectedResult}.");
        }

        string[] expected = [.. FanOutFunctions.ExpectedEffects.Order(StringComparer.Ordinal)];
        if (!expected.SequenceEqual(effects.Applied().Order(StringComparer.Ordinal)))
        {
            throw new InvalidOperationException("The effects are not those of all activities.");
        }

        // A run that was not told to fail and that no kill interrupted has no reason to be repeated.
        var atMost = expected.Length + FanOutFunctions.ExpectedFailures + (report.Kills * 10 * Environment.ProcessorCount);
        return report.Runs <= atMost ? report : throw new InvalidOperationException($"{report.Runs} runs of activities, where {report.Kills} kills explain {atMost}.");
    }

    // The work is so far that the moment has come.
    private static async Task MomentAsync(EffectFiles effects, int runs)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (effects.Runs < runs)
        {
            await Task.Delay(Look, TimeProvider.System, patience.Token);
        }
    }

    private static async Task<string> EndAsync(ChildProcess process, string folder)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var http = new HttpClient();
        while (true)
        {
            try
            {
                if (RunningServer.TryFind(FanOutApp.State(folder)) is { Addresses: [var server, ..] } && await ResultAsync(http, FanOutApp.State(folder), server, patience.Token) is { } result)
                {
                    return result;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet, or it was killed.
            }

            if (process.HasExited && process.ExitCode is var code and not 137)
            {
                throw new InvalidOperationException($"the app ended by itself with {code}:\n{process.Output}");
            }

            await Task.Delay(Look, TimeProvider.System, patience.Token);
        }
    }

    /// <summary>The output of the instance, which is started if it is not there; null while it runs.</summary>
    private static async Task<string?> ResultAsync(HttpClient http, string state, Uri server, CancellationToken cancellationToken)
    {
        // Each process has a key of its own, which is there before its address is.
        http.DefaultRequestHeaders.Remove("x-functions-key");
        http.DefaultRequestHeaders.Add("x-functions-key", LocalCallers.TryReadKey(state));
        using var answer = await http.GetAsync(new Uri(server, Instances), cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            using var started = await http.PostAsync(new Uri(server, Start), content: null, cancellationToken);
            return null;
        }

        var instance = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return instance.GetProperty("runtimeStatus").GetString() switch
        {
            "Completed" => instance.GetProperty("output").ToString(),
            "Pending" or "Running" => null,
            _ => throw new InvalidOperationException($"the fan-out ended {instance}"),
        };
    }
}

/// <summary>What a round came to.</summary>
/// <param name="Kills">How often the process was killed.</param>
/// <param name="Runs">How many runs of activities there were in all.</param>
/// <param name="Result">The output.</param>
internal sealed record CrashReport(int Kills, int Runs, string Result);
