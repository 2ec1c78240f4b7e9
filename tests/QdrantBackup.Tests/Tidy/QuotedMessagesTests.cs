using System.Text.RegularExpressions;

namespace QdrantBackup.Tests.Tidy;

/// <summary>A person finds a page by the message on the screen, so the pages quote the messages of the code.</summary>
public sealed partial class QuotedMessagesTests
{
    [Theory]
    [InlineData("troubleshooting.md", 40)]
    [InlineData("restore.md", 14)]
    public void Every_message_that_a_page_quotes_is_one_of_the_code(string page, int least)
    {
        var code = string.Join('\n', Repository.Files("*.cs", "src").Select(file => File.ReadAllText(Repository.Path(file))));
        var messages = Messages(File.ReadAllLines(Repository.Path("docs", page))).ToList();

        Assert.True(messages.Count >= least, $"{page} has {messages.Count} messages in its tables, fewer than the {least} that it should have");
        var unknown = messages.Where(message => !Pieces(message).All(piece => code.Contains(piece, StringComparison.Ordinal))).ToList();
        Assert.True(unknown.Count == 0, $"{page} quotes what no source file has: {string.Join("; ", unknown)}");
    }

    /// <summary>The quotes in the first column of the tables whose first column is headed "message".</summary>
    private static IEnumerable<string> Messages(string[] lines)
    {
        var isInTable = false;
        foreach (var line in lines)
        {
            isInTable = line.StartsWith("| message |", StringComparison.Ordinal) || (isInTable && line.StartsWith('|'));
            if (isInTable && Quote().Match(line.Split(" | ")[0]) is { Success: true } quote)
            {
                yield return quote.Groups[1].Value;
            }
        }
    }

    /// <summary>The text between the placeholders of the code.</summary>
    private static IEnumerable<string> Pieces(string message) => message.Split('…').Select(piece => piece.Trim()).Where(piece => piece.Count(char.IsAsciiLetter) >= 4);

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quote();
}
