using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.Cli;
using QdrantBackup.Cli.Output;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>Whatever stands in names, answers and arguments: a terminal obeys nothing of it, and no line is forged.</summary>
public sealed class SafeOutputTests
{
    private const string Evil = "\u001b[2J\u0007\u009b31m\u202e\u2066\u061c\u200b\u007f";

    [Fact]
    public void A_log_entry_is_one_line_whatever_stands_in_its_message_and_its_exception()
    {
        using var written = new StringWriter { NewLine = "\n" };
        var entry = new LogEntry<string>(
            LogLevel.Warning, "QdrantBackup.Some", new EventId(2102), "state", new IOException($"x{Evil}\r\ncrit: forged[1] y"), (_, _) => $"name {Evil}\nwarn: forged[2] https://a/c?sig=hunter2");

        new SafeLogFormatter(new FakeTimeProvider(new DateTimeOffset(2026, 9, 1, 2, 3, 4, TimeSpan.Zero))).Write(entry, null, written);

        var text = written.ToString();
        Assert.StartsWith("2026-09-01T02:03:04.000Z warn: QdrantBackup.Some[2102] name \\u001b[2J", text, StringComparison.Ordinal);
        Assert.Equal(text.Length - 1, text.IndexOf('\n', StringComparison.Ordinal));
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        AssertHarmless(text);
    }

    [Fact]
    public void Every_way_to_write_makes_text_harmless_and_a_line_stays_one_line()
    {
        using var inner = new StringWriter { NewLine = "\n" };
        using var writer = new SafeWriter(inner, isForErrors: false);

        writer.WriteLine($"a{Evil}\nb");
        writer.Write(Evil);
        writer.Write('\u001b');
        writer.Write($"{Evil}".ToCharArray());
        writer.Write($"{Evil}".AsSpan());
        writer.Write("{0}", Evil);
        writer.WriteLine("{0}\r\n", Evil);

        AssertHarmless(inner.ToString());
        Assert.Equal(2, inner.ToString().Count(character => character == '\n'));
    }

    [Theory]
    [InlineData("list", "--nope\u001b[2J\nerror: forged")]
    [InlineData("nope\u001b[2J\nerror: forged")]
    [InlineData("list", "--server", "x\u001b[2J\nerror: forged")]
    [InlineData("config", "check", "--config", "/nowhere/\u001b[2J\nerror: forged\u202e")]
    [InlineData("key", "add-recipient", "--key-vault-key", "\u001b[2J\nerror: forged")]
    [InlineData("list", "--top", "\u001b[2J\nerror: forged")]
    public async Task Arguments_come_back_as_text_only(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };

        Assert.NotEqual(ExitCode.Done, await CommandLine.RunAsync(arguments, output, error));

        AssertHarmless(output.ToString() + error);
        Assert.DoesNotContain(error.ToString().Split('\n'), line => line.StartsWith("error: forged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_behind_a_mistyped_option_is_not_repeated()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();

        await CommandLine.RunAsync(["list", "--apikey", "qb_0123456789abcdefghjkmnpqrstvwxyz"], output, error);

        Assert.DoesNotContain("0123456789abcdef", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_of_a_configuration_come_back_as_text_only()
    {
        using var folder = new QdrantBackup.Harness.TempFolder("safe");
        await File.WriteAllTextAsync(
            folder.File("backup.yaml"),
            "backup:\n  cluster: { name: \"a\\e[2J\\nerror: forged\" }\n  storage: { local: \"/srv/\\u202e\\e[2J\" }\n  team: \"\\e[2J\\nerror: forged\"\n  \"x\\e[2J\\nerror: forged\": 1\n",
            TestContext.Current.CancellationToken);
        foreach (var verb in (string[])["show", "check"])
        {
            using var output = new StringWriter { NewLine = "\n" };
            using var error = new StringWriter { NewLine = "\n" };
            await CommandLine.RunAsync(["config", verb, "--config", folder.File("backup.yaml")], output, error);
            AssertHarmless(output.ToString() + error);
            Assert.DoesNotContain((output.ToString() + error).Split('\n'), line => line.StartsWith("error: forged", StringComparison.Ordinal));
        }
    }

    private static void AssertHarmless(string text) => Assert.DoesNotContain(text, character =>
        (char.IsControl(character) && character != '\n') || char.GetUnicodeCategory(character) == System.Globalization.UnicodeCategory.Format);
}
