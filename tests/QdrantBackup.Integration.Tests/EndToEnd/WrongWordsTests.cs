using QdrantBackup.Cli;
using QdrantBackup.Cli.Verbs;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>A wrong word is named with the right one that is nearest, before anything is started.</summary>
public sealed class WrongWordsTests
{
    [Theory]
    [InlineData("has no command 'lst'. Did you mean list?", "lst")]
    [InlineData("has no command 'bakcup'. Did you mean backup?", "bakcup", "--dry-run")]
    [InlineData("qdrant-backup key has no command 'shw'. Did you mean show?", "key", "shw")]
    [InlineData("qdrant-backup config has no command 'chek'. Did you mean check?", "config", "chek")]
    [InlineData("qdrant-backup list has no option '--collecton'. Did you mean --collection?", "list", "--collecton", "x")]
    [InlineData("qdrant-backup backup has no option '--dryrun'. Did you mean --dry-run?", "backup", "--dryrun")]
    [InlineData("qdrant-backup status has no option '--verbos'. Did you mean --verbose?", "status", "--verbos")]
    [InlineData("qdrant-backup show has no option '--outptu'. Did you mean --output?", "show", "--outptu")]
    [InlineData("qdrant-backup verify has no option '--al'. Did you mean --all?", "verify", "--al")]
    [InlineData("qdrant-backup delete has no option '--yess'. Did you mean --yes?", "delete", "--yess")]
    [InlineData("qdrant-backup undelete has no option '-x'.", "undelete", "-x")]
    [InlineData("has no option '--apikey'. Did you mean --api-key?", "list", "--apikey=hunter2")]
    [InlineData("qdrant-backup runs does not take the word 'all'.", "runs", "all")]
    [InlineData("has no option '--ful'. Did you mean --full? If it is a name: --collection=--ful.", "restore", "--latest", "--collection", "--ful")]
    [InlineData("--collection stands before --full without a value. If that is a name: --collection=--full.", "restore", "--latest", "--collection", "--full")]
    [InlineData("--collection stands before -v without a value.", "backup", "--collection", "-v")]
    [InlineData("has no command 'xyzzyplughfrotz'.", "xyzzyplughfrotz")]
    public async Task A_wrong_word_is_named_with_the_nearest_right_one(string expected, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();

        Assert.Equal(ExitCode.Usage, await CommandLine.RunAsync(arguments, output, error));

        Assert.Contains(expected, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Unrecognized", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("@docs")]
    [InlineData("-docs")]
    [InlineData("-ojson")]
    [InlineData("-vectors")]
    [InlineData("a=b")]
    [InlineData("a:b")]
    [InlineData("=")]
    public void Names_may_begin_with_a_sign_or_hold_one(string name)
    {
        foreach (string[] words in (string[][])[["backup", "--collection", name, "--exclude", name], ["restore", "--latest", "--collection", name], ["backup", $"--collection={name}"]])
        {
            var parsed = CommandLine.Parse(words);
            Assert.Empty(WrongWords.In(parsed, words));
            Assert.Equal([name], parsed.GetValue<string[]>("--collection")!);
        }
    }

    [Fact]
    public void A_name_that_is_an_option_too_is_written_behind_a_sign_of_equality()
    {
        string[] words = ["restore", "--latest", "--collection=--full", "--collection=-v"];
        var parsed = CommandLine.Parse(words);

        Assert.Empty(WrongWords.In(parsed, words));
        Assert.Equal(["--full", "-v"], parsed.GetValue<string[]>("--collection")!);
    }

    [Theory]
    [InlineData("a=b", null, "a", "b")]
    [InlineData(@"a\=b=c", null, "a=b", "c")]
    [InlineData(@"a=b\=c", null, "a", "b=c")]
    [InlineData("a=b=c", "a=b", "a=b", "c")]
    [InlineData("a=b=c", "a", "a", "b=c")]
    [InlineData("@a=-b", null, "@a", "-b")]
    public void A_name_in_a_rename_may_hold_a_sign_of_equality(string pair, string? collection, string from, string to) =>
        Assert.Equal(KeyValuePair.Create(from, to), Assert.Single(Renames.Read([pair], collection is null ? null : [collection])!));

    [Theory]
    [InlineData("a")]
    [InlineData("a=")]
    [InlineData("=a")]
    [InlineData("a=b=c")]
    [InlineData(@"a\=b")]
    public void A_rename_that_is_no_pair_or_could_be_two_is_refused(string pair) => Assert.NotEmpty(Assert.Throws<UsageException>(() => Renames.Read([pair], null)).Hint);

    [Fact]
    public void A_collection_with_two_new_names_is_refused() => Assert.Throws<UsageException>(() => Renames.Read(["a=b", "a=c"], null));
}
