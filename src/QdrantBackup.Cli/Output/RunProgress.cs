using System.Globalization;
using System.Text.Json;
using QdrantBackup.Cli.Connection;
using Spectre.Console;

namespace QdrantBackup.Cli.Output;

/// <summary>Follows a run to its end: a bar on a terminal, a line for each change elsewhere, nothing when JSON is asked for.</summary>
/// <param name="api">The server.</param>
/// <param name="report">Where it is shown.</param>
/// <param name="time">The clock.</param>
/// <param name="label">What each line belongs to.</param>
internal sealed class RunProgress(ApiClient api, Report report, TimeProvider time, string label)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongestBeginning = TimeSpan.FromMinutes(2);

    /// <summary>Whether a state is one that a run leaves again.</summary>
    public static bool IsUnderWay(string? state) => state is "pending" or "running" or "paused" or "cancelling" || state?.StartsWith("waiting", StringComparison.Ordinal) == true;

    public Task<JsonElement> FollowAsync(string statusPath, CancellationToken cancellationToken) => FollowAsync(statusPath, isAboutToBegin: false, cancellationToken);

    /// <summary>Follows a run.</summary>
    /// <param name="statusPath">Where its status is.</param>
    /// <param name="isAboutToBegin">Whether it follows another run and may not have begun, so that nothing is known of it for a moment.</param>
    /// <param name="cancellationToken">Stops following, not the run.</param>
    public async Task<JsonElement> FollowAsync(string statusPath, bool isAboutToBegin, CancellationToken cancellationToken)
    {
        if (isAboutToBegin)
        {
            await UntilBegunAsync(statusPath, cancellationToken);
        }

        if (report.IsInteractive)
        {
            return await FollowWithBarAsync(statusPath, cancellationToken);
        }

        var last = "";
        return await PollAsync(statusPath, status =>
        {
            var line = Line(status);
            if (!report.IsJson && line != last)
            {
                report.Line($"[{label}] {line}");
                last = line;
            }
        }, cancellationToken);
    }

    private Task<JsonElement> FollowWithBarAsync(string statusPath, CancellationToken cancellationToken) =>
        report.Terminal().Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async view =>
            {
                var bar = view.AddTask(label, maxValue: 100);
                var end = await PollAsync(statusPath, status =>
                {
                    bar.Description = Markup.Escape(SafeText.Line($"[{label}] {Line(status)}"));
                    bar.Value = Percent(status) ?? bar.Value;
                }, cancellationToken);
                bar.StopTask();
                return end;
            });

    private async Task<JsonElement> PollAsync(string statusPath, Action<JsonElement> show, CancellationToken cancellationToken)
    {
        while (true)
        {
            var status = await api.GetAsync(statusPath, cancellationToken);
            show(status);
            if (!IsUnderWay(status.Text("state")))
            {
                return status;
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    private async Task UntilBegunAsync(string statusPath, CancellationToken cancellationToken)
    {
        for (var began = time.GetTimestamp(); time.GetElapsedTime(began) < LongestBeginning;)
        {
            if ((await api.GetAsync(statusPath, cancellationToken)).Text("state") != "unknown")
            {
                return;
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    /// <summary>Where a run is, in a few words.</summary>
    public static string Line(JsonElement status)
    {
        var line = status.Text("step") is { Length: > 0 } step ? step : status.Text("state") ?? "";
        if (status.Member("parts") is { } parts && parts.Number("total") > 0)
        {
            line += string.Create(CultureInfo.InvariantCulture, $", {parts.Number("done")} of {parts.Number("total")} parts");
        }

        if (status.Member("bytes") is { } bytes && bytes.Number("done") + bytes.Number("total") > 0)
        {
            line += $", {Amounts.Bytes(bytes.Number("done"))}" + (bytes.Number("total") > 0 ? $" of {Amounts.Bytes(bytes.Number("total"))}" : " so far");
        }

        return line;
    }

    private static double? Percent(JsonElement status) => status.Member("percent") is { ValueKind: JsonValueKind.Number } percent ? percent.GetDouble() : null;
}
