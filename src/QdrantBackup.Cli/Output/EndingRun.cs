using System.Text.Json;
using QdrantBackup.Cli.Connection;

namespace QdrantBackup.Cli.Output;

/// <summary>What a person who wants a run to end is told, and what is done for it.</summary>
internal sealed class EndingRun(string kind, string id, string statusPath, ApiClient api, Action<string> note)
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(4);

    /// <summary>The address that cancels a run of a kind; null for a run that cannot be cancelled.</summary>
    public static string? CancelPathOf(string runKind, string id) => runKind switch
    {
        "backup" or "restore" => $"/api/v1/{runKind}/{Uri.EscapeDataString(id)}/cancel",
        "retention" => null,
        _ => $"/api/v1/runs/{Uri.EscapeDataString(id)}/cancel",
    };

    /// <summary>Asks the run to end, and names what it still waits for.</summary>
    public async Task CancelAsync()
    {
        using var patience = new CancellationTokenSource(LongestAnswer);
        try
        {
            var status = await api.GetAsync(statusPath, patience.Token);
            if (CancelPathOf(status.Text("kind") ?? "", id) is not { } path)
            {
                note($"{kind} {id} cannot be cancelled: it ends by itself soon. Ctrl-C again leaves at once; the next cleanup goes on where this one stopped");
                return;
            }

            await api.PostAsync(path, new { }, patience.Token);
            note($"cancelling {kind} {id}: {WaitsFor(status)}. Ctrl-C again leaves at once");
        }
        catch (Exception e) when (e is BackupException or HttpRequestException or OperationCanceledException)
        {
            note($"{kind} {id} could not be asked to end. Ctrl-C again leaves at once");
        }
    }

    /// <summary>For a person who leaves while another process carries the run on.</summary>
    public string GoesOnText(Uri server) =>
        $"{kind} {id} goes on at {server.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}. See it: qdrant-backup status {id}. Stop it: qdrant-backup cancel {id}";

    /// <summary>For a person who leaves before the run has ended.</summary>
    public string LeftText() => kind == "restore"
        ? $"{kind} {id} is interrupted; a collection may be incomplete. It does not go on by itself. Go on: qdrant-backup resume {id}. End it: qdrant-backup cancel {id}"
        : $"{kind} {id} is interrupted. A server on this state directory, or the next command of this kind, goes on with it and cleans up after it. End it: qdrant-backup cancel {id}";

    private static string WaitsFor(JsonElement status)
    {
        string[] current = [.. status.Items("current").Select(part => part.Text("name")).OfType<string>().Take(3)];
        var step = status.Text("step") is { Length: > 0 } at ? $"the step '{at}'" : "its first step";
        return current.Length == 0 ? $"it waits for {step}" : $"it waits for {step} of {string.Join(", ", current)}";
    }
}
