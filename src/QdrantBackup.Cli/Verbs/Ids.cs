using System.Text.Json;
using QdrantBackup.Cli.Output;

namespace QdrantBackup.Cli.Verbs;

/// <summary>The ids that people give: whole, the last six characters as tables show them, or <c>latest</c>.</summary>
internal static class Ids
{
    private const string Latest = "latest";
    private const int ShortLength = 6;
    private const int Searched = 500;

    /// <summary>The address of a backup's id in the API.</summary>
    public static async Task<string> BackupAsync(Session session, string given, CancellationToken cancellationToken)
    {
        if (given == Latest)
        {
            var status = await session.Api.GetAsync("/api/v1/backup/status", cancellationToken);
            return status.Text("lastGood") ?? throw new UsageException("there is no backup that counts as the latest", "List them: qdrant-backup list.");
        }

        return Uri.EscapeDataString(await WholeAsync(given, $"/api/v1/backups?top={Searched}", "backups", "list", session, cancellationToken));
    }

    /// <summary>The address of a run's id in the API.</summary>
    public static async Task<string> RunAsync(Session session, string given, CancellationToken cancellationToken) =>
        Uri.EscapeDataString(await WholeAsync(given, given == Latest ? "/api/v1/runs?top=1" : $"/api/v1/runs?top={Searched}", "runs", "runs", session, cancellationToken));

    private static async Task<string> WholeAsync(string given, string path, string member, string verb, Session session, CancellationToken cancellationToken)
    {
        if (given != Latest && !IsShort(given))
        {
            return given;
        }

        var page = await session.Api.GetAsync(path, cancellationToken);
        string[] found = [.. page.Items(member).Select(item => item.Text("id")).OfType<string>().Where(id => given == Latest || id.EndsWith($"-{given}", StringComparison.Ordinal))];
        return found switch
        {
            [var one] => one,
            [] => throw new UsageException($"nothing that '{verb}' lists has the id {given}", $"List them: qdrant-backup {verb}."),
            _ => throw new UsageException($"{found.Length} ids end with {given}: {string.Join(", ", found)}", "Give a whole id."),
        };
    }

    private static bool IsShort(string given) => given.Length == ShortLength && given.All(char.IsAsciiLetterOrDigit);
}
