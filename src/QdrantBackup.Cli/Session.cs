using System.CommandLine;
using System.Text.Json;
using LocalFunctions.Hosting;
using QdrantBackup.Cli.Connection;
using QdrantBackup.Cli.Output;

namespace QdrantBackup.Cli;

/// <summary>What a verb works with: a server that answers, and a place to print. Without a server the app is hosted in this process meanwhile.</summary>
internal sealed class Session
{
    private readonly TextWriter _error;

    private Session(ApiClient api, Report report, TextWriter error)
    {
        Api = api;
        Report = report;
        _error = error;
        Progress = new RunProgress(api, report, TimeProvider.System);
    }

    public ApiClient Api { get; }

    public Report Report { get; }

    public RunProgress Progress { get; }

    public static async Task<int> RunAsync(Settings settings, ParseResult parsed, Func<Session, Task<int>> work, CancellationToken cancellationToken)
    {
        var report = new Report(parsed.InvocationConfiguration.Output, settings.Output);
        if (settings.Server is { } server)
        {
            return await TalkToAsync(server, settings.ApiKey);
        }

        using var room = settings.MakesRoom ? StateRoom.GiveUp(settings.StateDirectory) : null;
        if (RunningServer.TryFind(settings.StateDirectory) is { Addresses: [var address, ..] })
        {
            return await TalkToAsync(address, settings.ApiKey ?? LocalCallers.TryReadKey(settings.StateDirectory));
        }

        await using var app = await LocalApp.StartAsync(settings, cancellationToken);
        return await TalkToAsync(app.Address, app.ApiKey);

        async Task<int> TalkToAsync(Uri address, string? apiKey)
        {
            using var http = ServerConnection.Open(address, apiKey, settings.AllowsPlainHttp);
            return await work(new Session(new ApiClient(http, TimeProvider.System), report, parsed.InvocationConfiguration.Error));
        }
    }

    /// <summary>Says how a run ended, and with which exit code the command does.</summary>
    public int Conclude(string kind, string id, JsonElement end)
    {
        if (Report.IsJson)
        {
            Report.Json(end);
        }

        return ConcludeBeside(kind, id, end);
    }

    /// <summary>The same for a run that is not what was asked for: standard output stays the one's that was.</summary>
    public int ConcludeBeside(string kind, string id, JsonElement end)
    {
        var state = end.Text("state") ?? "unknown";
        if (!Report.IsJson)
        {
            Report.Line($"{kind} {id}: {state}");
        }

        foreach (var remark in end.Items("remarks"))
        {
            _error.WriteLine($"note:  {remark.GetString()}");
        }

        var errors = end.Items("errors").ToList();
        foreach (var error in errors)
        {
            _error.WriteLine($"error: {error.Text("message")}");
            _error.WriteLine($"hint:  {error.Text("hint")}");
        }

        foreach (var warning in end.Items("warnings"))
        {
            _error.WriteLine($"warning: {warning.GetString()}");
        }

        return state switch
        {
            "complete" => ExitCode.Done,
            _ when errors.Any(e => e.Text("kind") == "untrusted-bytes") => ExitCode.Damaged,
            "partial" => ExitCode.Partial,
            "refused" => ExitCode.Refused,
            _ => ExitCode.Failed,
        };
    }

    /// <summary>A remark beside the result, where a program that reads the result does not meet it.</summary>
    public void Note(string text) => _error.WriteLine(text);
}
