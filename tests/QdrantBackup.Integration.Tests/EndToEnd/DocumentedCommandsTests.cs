using System.Text.RegularExpressions;
using QdrantBackup.Cli;
using QdrantBackup.Tests;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>What somebody copies out of the documentation at three in the morning is at least a command.</summary>
public sealed partial class DocumentedCommandsTests
{
    [Fact]
    public void Every_command_in_a_block_of_shell_is_one_that_the_command_line_takes()
    {
        var commands = Repository.Files("*.md", "docs").Append("README.md")
            .SelectMany(page => Block().Matches(File.ReadAllText(Repository.Path(page))).SelectMany(block => block.Groups["text"].Value.Split('\n').Select(line => (Page: page, Line: line))))
            .Select(at => (at.Page, Command: Command().Match(at.Line)))
            .Where(at => at.Command.Success)
            .ToList();

        Assert.True(commands.Count > 10, "hardly any command was found");
        Assert.Empty(from at in commands
                     let arguments = at.Command.Groups["arguments"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                     from error in CommandLine.Parse(arguments).Errors
                     select $"{at.Page}: {at.Command.Value}: {error.Message}");
    }

    [GeneratedRegex("^```sh\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();

    [GeneratedRegex("^(\\S+=\\S+ )*qdrant-backup (?<arguments>[^#|>]*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Command();
}
