using System.CommandLine;
using System.CommandLine.Parsing;
using QdrantBackup.Configuration;

namespace QdrantBackup.Cli;

/// <summary>
/// Finds words of a command line that are neither a command nor an option, and names the nearest right one. A word that begins with a dash is never taken for an id; a name
/// of a collection may begin with one, or with @, and hold =.
/// </summary>
internal static class WrongWords
{
    // What is longer is no mistyped word, and comparing it would take long.
    private const int LongestWord = 40;

    /// <summary>How the words are read: @name is a name, not a file with further words; -docs is a name, not a bundle of short options.</summary>
    public static ParserConfiguration Reading { get; } = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    /// <summary>What is wrong, one sentence for each word.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="words">The same as it was given.</param>
    public static IReadOnlyList<string> In(ParseResult parsed, IReadOnlyList<string> words)
    {
        Option[] options = [.. Chain(parsed.CommandResult).SelectMany(command => command.Command.Options.Where(option => command == parsed.CommandResult || option.Recursive))];
        string[] known = [.. options.SelectMany(option => option.Aliases.Prepend(option.Name))];
        return
        [
            .. parsed.UnmatchedTokens.Select(word => IsOption(word) ? NoOption(word, parsed, known) : NoCommand(word, parsed)),
            .. parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens)
                .Select(token => token.Value).Where(IsOption).Select(word => NoOption(word, parsed, known)),
            .. parsed.CommandResult.Children.OfType<OptionResult>()
                .SelectMany(option => option.Tokens.Select(token => (Option: option.Option.Name, Word: token.Value)))
                .Where(value => (known.Contains(value.Word) || IsMistyped(value.Word, known)) && Follows(words, value.Word))
                .Select(value => known.Contains(value.Word)
                    ? $"{value.Option} stands before {value.Word} without a value. If that is a name: {value.Option}={value.Word}."
                    : $"{NoOption(value.Word, parsed, known)} If it is a name: {value.Option}={value.Word}."),
            .. parsed.Errors.Select(error => error.Message).Where(message => !parsed.UnmatchedTokens.Any(word => message.Contains($"'{word}'", StringComparison.Ordinal))
                && !(parsed.UnmatchedTokens.Count > 0 && message.StartsWith("Required command", StringComparison.Ordinal))),
        ];
    }

    private static IEnumerable<CommandResult> Chain(CommandResult result)
    {
        for (SymbolResult? symbol = result; symbol is not null; symbol = symbol.Parent)
        {
            if (symbol is CommandResult command)
            {
                yield return command;
            }
        }
    }

    /// <summary>Whether a value stands as a word of its own behind its option, not behind a sign of equality.</summary>
    private static bool Follows(IReadOnlyList<string> words, string value) =>
        Enumerable.Range(1, Math.Max(0, words.Count - 1)).Any(i => words[i] == value && words[i - 1].StartsWith('-') && !words[i - 1].Contains('=', StringComparison.Ordinal));

    private static bool IsOption(string word) => word.Length > 1 && word[0] == '-';

    private static bool IsMistyped(string word, string[] known) => word.StartsWith("--", StringComparison.Ordinal) && NearestTo(NameOf(word), known) is not null;

    // What stands behind = may be a secret, and is no part of the option's name.
    private static string NameOf(string word) => word.Split('=', 2)[0];

    private static string NoOption(string word, ParseResult parsed, string[] known) =>
        $"{PathOf(parsed)} has no option '{NameOf(word)}'.{(NearestTo(NameOf(word), known) is { } nearest ? $" Did you mean {nearest}?" : "")}";

    private static string NoCommand(string word, ParseResult parsed)
    {
        string[] commands = [.. parsed.CommandResult.Command.Subcommands.Select(command => command.Name)];
        if (commands.Length == 0)
        {
            return $"{PathOf(parsed)} does not take the word '{word}'.";
        }

        return $"{PathOf(parsed)} has no command '{word}'.{(NearestTo(word, commands) is { } nearest ? $" Did you mean {nearest}?" : "")}";
    }

    private static string? NearestTo(string word, IEnumerable<string> candidates) => word.Length <= LongestWord ? Nearest.To(word, candidates) : null;

    private static string PathOf(ParseResult parsed) =>
        string.Join(' ', Chain(parsed.CommandResult).Reverse().Select((command, index) => index == 0 ? "qdrant-backup" : command.Command.Name));
}
