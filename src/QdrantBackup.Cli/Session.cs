using System.CommandLine;
using System.Text.Json;
using QdrantBackup.Cli.Connection;
using QdrantBackup.Cli.Output;

namespace QdrantBackup.Cli;

/// <summary>What a verb works with: a server that answers, and a place to print. Without a server the app is hosted in this process meanwhile.</summary>
internal sealed class Session
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    private static readonly TimeProvider Time = TimeProvider.System;

    // Other commands come and go; a process that answers ends this at once.
    private const int MostMoves = 20;

    private readonly Settings _settings;
    private readonly TextWriter _error;

    // Those that this command followed to their end: they may still be giving back what they held.
    private readonly HashSet<string> _own = new(StringComparer.Ordinal);
    private Reach _reach;
    private HttpClient _http;
    private int _moves;

    private Session(Settings settings, Reach reach, ParseResult parsed)
    {
        (_settings, _reach, _error) = (settings, reach, parsed.InvocationConfiguration.Error);
        _http = ServerConnection.Open(reach.Address, reach.ApiKey, settings.AllowsPlainHttp, reach.Socket);
        Report = new Report(parsed.InvocationConfiguration.Output, settings);
    }

    public ApiClient Api => new(_http, Time, async () =>
    {
        if (!MayMove)
        {
            return null;
        }

        // The other command ended before this one reached it: nothing was asked of it.
        await MoveAsync(Interruption.Token);
        return _http;
    });

    public Report Report { get; }

    private Interruption Interruption => _settings.Interruption;

    public static async Task<int> RunAsync(Settings settings, ParseResult parsed, Func<Session, Task<int>> work, CancellationToken cancellationToken)
    {
        var session = new Session(settings, await Reach.OpenAsync(settings, Time, cancellationToken), parsed);
        try
        {
            return await session.WorkAsync(work, cancellationToken);
        }
        finally
        {
            await session.WaitForOthersAsync(cancellationToken);
            session._http.Dispose();
            await session._reach.DisposeAsync();
        }
    }

    private async Task<int> WorkAsync(Func<Session, Task<int>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work(this);
        }
        catch (HttpRequestException e) when (_reach.Other is { } other && !cancellationToken.IsCancellationRequested)
        {
            throw new LostProcessException(other.ProcessId, e);
        }
    }

    /// <summary>Follows a run that this command began to its end. The first signal cancels the run, or leaves it to the process that has it.</summary>
    /// <param name="kind">What it does, as people say it.</param>
    /// <param name="id">Its id.</param>
    /// <param name="statusPath">Where its status is.</param>
    /// <param name="isAboutToBegin">Whether it follows another run and may not have begun, so that nothing is known of it for a moment.</param>
    public async Task<JsonElement> FollowAsync(string kind, string id, string statusPath, bool isAboutToBegin = false)
    {
        _own.Add(id);
        while (true)
        {
            var ending = new EndingRun(kind, id, statusPath, Api, Note);
            using var during = Interruption.During(
                _reach.Own is null ? () => LeaveAsync(ending) : ending.CancelAsync,
                _reach.Own is null ? () => ending.GoesOnText(_reach.Address) : ending.LeftText);
            try
            {
                return await new RunProgress(new ApiClient(_http, Time), Report, Time, $"{kind} {Report.Id(id)}").FollowAsync(statusPath, isAboutToBegin, Interruption.Token);
            }
            catch (HttpRequestException) when (MayMove)
            {
                await MoveAsync(Interruption.Token);
            }

            await GoOnAsync(kind, id);
        }
    }

    /// <summary>Waits for a run of somebody else. The first signal ends the waiting, not the run.</summary>
    public Task<JsonElement> AwaitAsync(string kind, string id, string statusPath) =>
        new RunProgress(Api, Report, Time, $"{kind} {Report.Id(id)}").FollowAsync(statusPath, Interruption.Token);

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
            if (Summaries.Done(kind, end) is { } done)
            {
                Report.Text(done);
            }

            Report.Line($"{kind} {id}: {state}");
        }

        foreach (var remark in end.Items("remarks"))
        {
            Note($"note:  {remark.GetString()}");
        }

        var errors = end.Items("errors").ToList();
        foreach (var error in errors)
        {
            Note($"error: {error.Text("message")}");
            Note($"hint:  {error.Text("hint")}");
        }

        foreach (var warning in end.Items("warnings"))
        {
            Note($"warning: {warning.GetString()}");
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

    private Task LeaveAsync(EndingRun ending)
    {
        Note(ending.GoesOnText(_reach.Address));
        Interruption.Leave();
        return Task.CompletedTask;
    }

    // A server is started again by whoever keeps it; a command that ended is not.
    private bool MayMove => _reach.Other is { IsPassing: true } && _moves < MostMoves;

    /// <summary>Turns to another process on the state directory, or to this one.</summary>
    private async Task MoveAsync(CancellationToken cancellationToken)
    {
        _moves++;
        _http.Dispose();
        _reach = await Reach.OpenAsync(_settings, Time, cancellationToken);
        _http = ServerConnection.Open(_reach.Address, _reach.ApiKey, _settings.AllowsPlainHttp, _reach.Socket);
    }

    /// <summary>Goes on with this command's own run, which the process that carried it out has left.</summary>
    private async Task GoOnAsync(string kind, string id)
    {
        Note($"the process that carried out {kind} {id} has ended; the run goes on");
        if ((await Api.GetAsync($"/api/v1/runs/{id}", Interruption.Token)).Text("state") == "interrupted")
        {
            await Api.PostAsync($"/api/v1/runs/{id}/resume", new { }, Interruption.Token);
        }
    }

    /// <summary>Other commands on this machine may have found the app in this process, and started runs in it.</summary>
    private async Task WaitForOthersAsync(CancellationToken cancellationToken)
    {
        while (_reach.Own is { } app && !cancellationToken.IsCancellationRequested && await app.ListGoingOnAsync(cancellationToken) is { Count: > 0 } others)
        {
            foreach (var (kind, id) in others.Where(run => _own.Add(run.Id)))
            {
                Note($"waiting for {kind} {id}, which goes on in this process; Ctrl-C interrupts it");
            }

            await Task.Delay(BetweenLooks, Time, cancellationToken);
        }
    }
}
