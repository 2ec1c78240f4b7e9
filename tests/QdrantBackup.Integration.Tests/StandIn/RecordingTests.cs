using Microsoft.Extensions.Time.Testing;
using QdrantStandIn;

namespace QdrantBackup.Integration.Tests.StandIn;

/// <summary>The stand-in answers what the real server answered, step by step.</summary>
public sealed class RecordingTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("standalone", 110)]
    [InlineData("restore", 55)]
    [InlineData("aborted-uploads", 23)]
    [InlineData("auth", 90)]
    [InlineData("faults", 17)]
    [InlineData("cluster-archive-standalone", 5)]
    [InlineData("live", 14)]
    public async Task The_stand_in_answers_like_the_real_server(string name, int atLeast)
    {
        var recording = Recording.Load(name);
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 0, 47, 0, TimeSpan.Zero));
        await using var server = await StandInServer.StartAsync(Options(recording) with { Time = time }, Stop);
        var replay = new Replay(server.Address);
        var scenario = new Scenario(recording, server, time, replay);

        var differences = new List<string>();
        var steps = 0;
        foreach (var step in recording.Steps.Where(scenario.Supports))
        {
            await scenario.PrepareAsync(step, Stop);
            steps++;
            if (step.Request is not null)
            {
                differences.AddRange(Comparison.Differences(step, await replay.SendAsync(step, Stop), replay).Select(d => $"{step.Name}: {d}"));
            }
            else if (step.Facts?["bytesOfBody"] is not null && await AbortAsync(server, step) is { } difference)
            {
                differences.Add(difference);
            }
        }

        Assert.True(differences.Count == 0, string.Join("\n", differences));
        Assert.InRange(steps, atLeast, recording.Steps.Count);
    }

    private static async Task<string?> AbortAsync(StandInServer server, RecordedStep step)
    {
        var expected = step.Facts!["answer"]!.GetValue<string>();
        var got = await RawUpload.SendAsync(server.Address, step, Stop);

        // Where the recorder heard nothing it had not waited. The web server under the stand-in cannot answer who has closed one half of the connection.
        return expected.Length == 0 || step.Name.EndsWith("half-closed", StringComparison.Ordinal)
            || string.Equals(expected.Split("\r\n\r\n")[^1], got.Split("\r\n\r\n")[^1], StringComparison.Ordinal)
            ? null
            : $"{step.Name}: '{got}' instead of '{expected}'";
    }

    private static StandInOptions Options(Recording recording)
    {
        var options = new StandInOptions { PeerId = recording.PeerId };
        return recording.Name switch
        {
            "auth" => options with { ApiKey = "write-key", ReadOnlyApiKey = "read-key" },
            "live" => options with { ApiKey = "full-key-0123456789", ReadOnlyApiKey = "read-key-0123456789" },
            _ => options,
        };
    }
}
