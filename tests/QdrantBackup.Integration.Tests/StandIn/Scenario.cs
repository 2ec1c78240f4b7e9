using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Harness;
using QdrantBackup.Integration.Tests.Clusters;
using QdrantStandIn;

namespace QdrantBackup.Integration.Tests.StandIn;

/// <summary>What happened between the recorded steps, and which steps the stand-in does not claim to answer.</summary>
internal sealed class Scenario(Recording recording, StandInServer server, FakeTimeProvider time, Replay replay)
{
    /// <summary>Step names (or their beginnings) that are left out. Each is of a kind that backups do not touch.</summary>
    private static readonly (string Recording, string Step, string Why)[] Unsupported =
    [
        ("standalone", "shard count", "shards"),
        ("standalone", "shard scroll", "shards"),
        ("standalone", "query", "searching"),
        ("standalone", "full snapshot", "full snapshots"),
        ("standalone", "list full", "full snapshots"),
        ("standalone", "download full", "full snapshots"),
        ("standalone", "delete full", "full snapshots"),
        ("standalone", "shard snapshots", "shards"),
        ("standalone", "create shard snapshot", "shards"),
        ("standalone", "download shard snapshot", "shards"),
        ("standalone", "range of a shard snapshot", "shards"),
        ("standalone", "missing shard snapshot", "shards"),
        ("standalone", "delete shard snapshot", "shards"),
        ("standalone", "delete missing shard snapshot", "shards"),
        ("standalone", "unknown shard", "shards"),
        ("standalone", "stream", "shards"),
        ("standalone", "partial", "shards"),
        ("restore", "shard ", "shards"),
        ("restore", "delete points", "points are deleted by a search"),
        ("restore", "count after deleting", "points are deleted by a search"),
        ("restore", "count after shard upload", "shards"),
        ("restore", "count after stream upload", "shards"),
        ("restore", "count after partial upload", "shards"),
        ("restore", "count after garbage", "shards"),
        ("restore", "count after cut", "shards"),
        ("restore", "count after repair", "shards"),
        ("restore", "cluster view after cut", "shards"),
        ("standalone", "scroll on", "only the first five points are known, not which is next"),
        ("restore", "scroll", "only the first five points are known, not which is next"),
        ("auth", "token ", "tokens"),
        ("auth", "expired", "tokens"),
        ("faults", "stream", "shards"),
        ("faults", "telemetry while a snapshot is made", "a recorded snapshot is made in no time"),
        ("faults", "upsert", "points written while a shard is streamed"),
        ("faults", "shard snapshot", "shards"),
        ("faults", "describe big", "points are written"),
        ("cluster-archive-standalone", "create docs", "shards"),
        ("cluster-archive-standalone", "upload shard", "shards"),
        ("cluster-archive-standalone", "count docs", "shards"),
        ("cluster-archive-standalone", "describe docs", "shards"),
    ];

    // Of this one, what is answered to requests for snapshots, and what is counted of them.
    private static readonly string[] SupportedOfLive =
    [
        "create docs", "one point", "snapshot with a read-only key", "snapshot of a missing collection", "delete with a read-only key", "telemetry with a read-only key", "alias",
        "snapshot of docs within one second", "snapshot of al within one second", "list after three in one second", "telemetry after three in one second",
    ];

    public bool Supports(RecordedStep step) =>
        (recording.Name != "live" || SupportedOfLive.Any(name => step.Name.StartsWith(name, StringComparison.Ordinal))) &&
        !Unsupported.Any(u => string.Equals(u.Recording, recording.Name, StringComparison.Ordinal) && step.Name.StartsWith(u.Step, StringComparison.Ordinal))
        && !(string.Equals(recording.Name, "auth", StringComparison.Ordinal) && step.Status == 200 && IsOfShardsOrFull(step.Path));

    /// <summary>Brings the stand-in to where the real server was before a step.</summary>
    public async Task PrepareAsync(RecordedStep step, CancellationToken cancellationToken)
    {
        // A snapshot is named after its second: making it in the recorded one gives it the recorded name.
        if (string.Equals(step.Request?["method"]?.GetValue<string>(), "POST", StringComparison.Ordinal) && step.Response?["json"]?["result"] is JsonObject made && made.ContainsKey("creation_time"))
        {
            var stamp = made["name"]!.GetValue<string>()[..^".snapshot".Length][^19..];
            time.SetUtcNow(DateTimeOffset.ParseExact(stamp, "yyyy-MM-dd-HH-mm-ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
        }

        // Nobody moves the clock while an answer is awaited.
        server.Reconfigure(o => o with { SnapshotTime = step.Request is not null && step.Path.Contains("wait=false", StringComparison.Ordinal) ? TimeSpan.FromSeconds(1) : TimeSpan.Zero });
        switch (recording.Name, step.Name)
        {
            case ("standalone", "list collections"):
                foreach (var name in (string[])["mixtral_vectors", "hermes_vectors", "yi34b_vectors", "late-interaction", "empty", "no-vectors"])
                {
                    server.SetCollection(name, NodeFixture.Recorded(name));
                }

                break;
            case ("standalone", "list with the new one"):
                time.Advance(TimeSpan.FromSeconds(1));
                await Waiting.UntilAsync("the second snapshot", () => server.SnapshotFiles("mixtral_vectors").Count >= 2);
                break;
            case ("auth", "url recovery switched off"):
                server.Reconfigure(o => o with { AllowsUrlRecovery = false, ApiKey = null });
                break;
            case ("faults", _):
                await BreakAsync(step.Name, cancellationToken);
                break;
            case ("standalone", "snapshot without waiting"):
                time.SetUtcNow(new DateTimeOffset(2026, 11, 24, 0, 47, 30, TimeSpan.Zero));
                break;
        }
    }

    private async Task BreakAsync(string step, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        switch (step)
        {
            case "snapshot":
                server.AddSynthetic("big", 60_134_912, seed: 1, points: 24_001);
                break;
            case "resume after the restart":
                await server.GoAwayAsync();
                await server.ComeBackAsync(cancellationToken);
                using (var answer = await http.GetAsync($"collections/big/snapshots/{server.SnapshotFiles("big")[0]}", HttpCompletionOption.ResponseHeadersRead, cancellationToken))
                {
                    replay.Substitute("\"c88027:3959600:6b04df59:aea9d2a\"", answer.Headers.ETag!.Tag);
                }

                break;
            case "list after the client left":
                (await http.PostAsync("collections/big/snapshots", content: null, cancellationToken)).Dispose();
                break;
            case "snapshot onto a full snapshots disk":
                foreach (var file in server.SnapshotFiles("big"))
                {
                    (await http.DeleteAsync($"collections/big/snapshots/{file}", cancellationToken)).Dispose();
                }

                server.Faults.SnapshotsDiskIsFull = true;
                break;
            case "upload onto a full disk":
                (server.Faults.SnapshotsDiskIsFull, server.Faults.DiskIsFull) = (false, true);
                break;
            case "snapshot with a full temp disk":
                time.Advance(TimeSpan.FromSeconds(1));
                break;
        }
    }

    private static bool IsOfShardsOrFull(string path) => path.Contains("/shards/", StringComparison.Ordinal) || path.StartsWith("/snapshots", StringComparison.Ordinal);
}
