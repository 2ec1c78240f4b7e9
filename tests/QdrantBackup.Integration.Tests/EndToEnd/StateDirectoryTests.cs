using System.CommandLine;
using QdrantBackup.Cli;
using Xunit;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>A relative state directory is the one below the folder in which the command is given, for the server and for every other command.</summary>
public sealed class StateDirectoryTests
{
    [Theory]
    [InlineData("st")]
    [InlineData("./a/../st")]
    public void A_relative_state_directory_works_like_an_absolute_one(string given) =>
        Assert.Equal(Path.Combine(Directory.GetCurrentDirectory(), "st"), Read("--state-dir", given).StateDirectory);

    [Fact]
    public void An_absolute_state_directory_stays_as_it_is() =>
        Assert.Equal("/srv/state", Read("--state-dir", "/srv/state").StateDirectory);

    private static Settings Read(params string[] arguments)
    {
        using var interruption = new Interruption(TextWriter.Null, _ => { });
        var options = new GlobalOptions(interruption);
        var root = new RootCommand();
        options.AddTo(root);
        return options.Read(root.Parse(arguments));
    }
}
