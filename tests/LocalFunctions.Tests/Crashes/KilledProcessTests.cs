using LocalFunctions.Soak.Crashes;
using Xunit;

namespace LocalFunctions.Tests.Crashes;

/// <summary>The real process is killed; <c>./dev soak crash</c> does it more often.</summary>
public sealed class KilledProcessTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(4711)]
    public async Task A_fan_out_of_500_activities_ends_the_same_however_often_its_process_is_killed(ulong seed)
    {
        var report = await new CrashRound(seed).RunAsync();

        output.WriteLine(report.ToString());
        Assert.True(report.Kills > 0, "the process was never killed");
    }
}
