using System.Text.RegularExpressions;

namespace QdrantBackup.Tests.Tidy;

/// <summary>The rules of CONTRIBUTING.md that no compiler checks.</summary>
public sealed partial class SourceTreeTests
{
    private static readonly string[] Code = ["src", "tests"];

    [Fact]
    public void No_file_of_code_is_longer_than_300_lines() =>
        Assert.Empty(CodeFiles().Where(file => File.ReadLines(Repository.Path(file)).Count() > 300));

    [Fact]
    public void No_folder_or_type_is_named_after_nothing_in_the_field() =>
        Assert.Empty(CodeFiles().Where(file => file.Split('/').Any(part => EmptyName().IsMatch(Path.GetFileNameWithoutExtension(part)))));

    [Fact]
    public void No_namespace_segment_shadows_a_dependency() =>
        Assert.Empty(Repository.Files("*.cs", "src").Where(file => ShadowingNamespace().IsMatch(File.ReadAllText(Repository.Path(file)))));

    [Fact]
    public void Nothing_is_left_for_later_in_a_comment() =>
        Assert.Empty(CodeFiles().Where(file => LeftForLater().IsMatch(File.ReadAllText(Repository.Path(file)))));

    [Fact]
    public void The_function_app_has_no_conditional_compilation() =>
        Assert.Empty(Repository.Files("*.cs", "src/QdrantBackup.App").Where(file => Conditional().IsMatch(File.ReadAllText(Repository.Path(file)))));

    [Fact]
    public void No_test_is_skipped_and_none_sleeps() =>
        Assert.Empty(Repository.Files("*.cs", "tests").Where(file => SkipOrSleep().IsMatch(File.ReadAllText(Repository.Path(file)))));

    [Fact]
    public void The_readme_stays_under_200_lines() =>
        Assert.InRange(File.ReadLines(Repository.Path("README.md")).Count(), 20, 199);

    [Fact]
    public void Every_relative_link_in_the_documents_leads_somewhere()
    {
        var documents = Repository.Files("*.md", "docs", "infra-bicep").Concat(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]);
        var broken = from document in documents
                     from Match link in Link().Matches(File.ReadAllText(Repository.Path(document)))
                     let target = link.Groups[1].Value
                     where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#')
                     let path = Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, target.Split('#')[0])
                     where !Path.Exists(path)
                     select $"{document}: {target}";
        Assert.Empty(broken);
    }

    [Fact]
    public void Tests_and_demo_never_read_the_address_of_a_production_server() =>
        Assert.Empty(Repository.Files("*.cs", "tests").Where(file =>
            !file.Contains("/Tidy/", StringComparison.Ordinal) && ReadsProductionAddress().IsMatch(File.ReadAllText(Repository.Path(file)))));

    private static IEnumerable<string> CodeFiles() => Repository.Files("*.cs", Code).Where(file => !file.Contains("/Tidy/", StringComparison.Ordinal));

    [GeneratedRegex("(Manager|Helpers?|Utils?|Utilities|Common|Processor|Base|Impl)$")]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"namespace QdrantBackup\.[\w.]*\b(Azure|Qdrant)\b")]
    private static partial Regex ShadowingNamespace();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex LeftForLater();

    [GeneratedRegex(@"^\s*#(if|elif)\b", RegexOptions.Multiline)]
    private static partial Regex Conditional();

    [GeneratedRegex(@"(Fact|Theory)\([^)]*Skip\s*=|Thread\.Sleep|Assert\.Skip")]
    private static partial Regex SkipOrSleep();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("GetEnvironmentVariable\\(\"QDRANT_URL\"")]
    private static partial Regex ReadsProductionAddress();
}
