using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace QdrantBackup.Tests.Tidy;

/// <summary>Errors, hints, logs, comments and names of tests have the plain words of the pages. Identifiers are not read.</summary>
public sealed partial class PlainCodeTests
{
    /// <summary>Folders whose code is read.</summary>
    private static readonly string[] Held =
    [
        "src/LocalFunctions/Durable", "src/QdrantBackup", "src/QdrantBackup.OnAzure",
        "tests/Harness", "tests/KeyVaultStandIn", "tests/QdrantBackup.Benchmarks", "tests/QdrantBackup.Mutations", "tests/QdrantBackup.Soak",
        "tests/QdrantBackup.Tests", "tests/QdrantStandIn",
    ];

    /// <summary>What of these folders is not read yet. An entry is removed when its texts are plain.</summary>
    private static readonly string[] NotYet =
    [
        "src/LocalFunctions/Durable/Replay/", "src/QdrantBackup/Configuration/", "src/QdrantBackup/Keys/", "src/QdrantBackup.OnAzure/KeyVault/",
        "tests/QdrantBackup.Tests/App/", "tests/QdrantBackup.Tests/Configuration/", "tests/QdrantBackup.Tests/Keys/",
    ];

    /// <summary>Files that hold the phrases themselves.</summary>
    private static readonly string[] Lists = ["tests/QdrantBackup.Tests/Tidy/PlainPhrases.cs", "tests/QdrantBackup.Tests/Tidy/PlainCodeTests.cs"];

    [Fact]
    public void No_text_of_the_code_has_a_phrase_that_was_replaced_by_plainer_words()
    {
        var files = Repository.Files("*.cs", Held).Where(file => !NotYet.Any(file.StartsWith)).Except(Lists).ToList();
        var found = (from file in files
                     from text in Texts(File.ReadAllText(Repository.Path(file)))
                     from match in Matches(text.Text)
                     select $"{file}:{text.Line}: {match}").ToList();

        Assert.True(files.Count > 300, "hardly any file was found");
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public void Folders_that_are_not_read_yet_exist() =>
        Assert.Empty(NotYet.Where(path => !Directory.Exists(Repository.Path(path)) && !File.Exists(Repository.Path(path))));

    [Theory]
    [InlineData("// The store tells it.")]
    [InlineData("/// <summary>Mended <c>whoever</c> came.</summary>")]
    [InlineData("class A { string B = \"it says no\"; }")]
    [InlineData("class A { string B(int c) => $\"it {c} begins anew\"; }")]
    [InlineData("class A { string B = \"\"\"the other copy\"\"\"; }")]
    [InlineData("class A { public void A_retired_backup_counts() { } }")]
    public void A_phrase_in_a_comment_a_text_or_the_name_of_a_test_is_found(string code) =>
        Assert.Single(Texts(code).SelectMany(text => Matches(text.Text)));

    [Theory]
    [InlineData("/// <summary>The folder <c>retired/</c>, <paramref name=\"told\"/> and <see cref=\"Fence\"/>.</summary>")]
    [InlineData("// The option `--subset` and the file retired/ID.")]
    [InlineData("class A { string B = \"retired\"; string C = $\"retired/{Told} and {Said}\"; void Fence(bool told) { } }")]
    public void Identifiers_and_promised_names_are_not_read(string code) =>
        Assert.Empty(Texts(code).SelectMany(text => Matches(text.Text)));

    private static IEnumerable<string> Matches(string text) =>
        from ban in PlainPhrases.InCode
        let match = Regex.Match(NotProse().Replace(text, ""), ban.Phrase, RegexOptions.IgnoreCase)
        where match.Success
        select $"'{match.Value}'; write {ban.Instead}";

    /// <summary>Comments line by line, texts that hold a space, and the names of test methods as sentences.</summary>
    private static IEnumerable<(int Line, string Text)> Texts(string code)
    {
        var tree = CSharpSyntaxTree.ParseText(code, new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.None));
        var root = tree.GetRoot();
        var comments = from trivia in root.DescendantTrivia()
                       where trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia)
                       select (trivia.SpanStart, trivia.ToString());
        var texts = from token in root.DescendantTokens()
                    where token.Parent is LiteralExpressionSyntax or InterpolatedStringTextSyntax
                    let text = token.ValueText
                    where text.Contains(' ', StringComparison.Ordinal)
                    select (token.SpanStart, text);
        var names = from method in root.DescendantNodes().OfType<MethodDeclarationSyntax>()
                    where method.Identifier.Text.Contains('_', StringComparison.Ordinal)
                    select (method.Identifier.SpanStart, method.Identifier.Text.Replace('_', ' '));
        return from found in comments.Concat(texts).Concat(names)
               select (tree.GetLineSpan(new(found.Item1, 0)).StartLinePosition.Line + 1, found.Item2);
    }

    /// <summary>Quoted names, tags, names of values in log messages, and the promised folder of ended backups.</summary>
    [GeneratedRegex(@"`[^`]*`|<c>.*?</c>|<[^>]*>|\{\w*\}|\bretired/")]
    private static partial Regex NotProse();
}
