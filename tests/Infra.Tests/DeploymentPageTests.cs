using System.Text.RegularExpressions;

namespace Infra.Tests;

/// <summary>Whoever follows the page types its names: they are those of the templates.</summary>
public sealed partial class DeploymentPageTests
{
    private static readonly string Page = File.ReadAllText(Repository.Path("docs", "deploy", "azure.md"));

    private static readonly string Template = File.ReadAllText(Repository.Path("infra-bicep", "main.bicep"));

    [Fact]
    public void Parameters_that_the_page_has_edited_are_parameters_of_the_template()
    {
        var edited = Backquoted().Matches(EditSentence().Match(Page).Value).Select(m => m.Groups[1].Value.Split('.')[0]).Concat(Assigned().Matches(Page).Select(m => m.Groups[1].Value)).ToList();
        Assert.True(edited.Count >= 8, "too few names to mean anything");
        Report.None(edited.Except(Parameter().Matches(Template).Select(m => m.Groups[1].Value)));
    }

    [Fact]
    public void Outputs_that_the_page_reads_are_outputs_of_the_template()
    {
        var outputs = Output().Matches(Template).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["type"].Value);
        var read = ReadOutput().Matches(Page).Select(m => (Name: m.Groups["name"].Value, Member: m.Groups["member"].Value)).ToList();
        Assert.True(read.Count >= 4, "too few names to mean anything");
        Report.None(read.Where(r => !outputs.TryGetValue(r.Name, out var type) || (r.Member.Length > 0 && !type.Contains($"{r.Member}:", StringComparison.Ordinal))).Select(r => $"{r.Name}.{r.Member}"));
    }

    [Fact]
    public void Files_that_the_page_names_are_there() =>
        Report.None(NamedFile().Matches(Page).Select(m => m.Value).Where(f => f != "infra-bicep/mine.bicepparam" && !Path.Exists(Repository.Path(f))));

    /// <summary>The sentence of step 3 that says what to edit.</summary>
    [GeneratedRegex(@"^Edit: (.|\n)+?\. ", RegexOptions.Multiline)]
    private static partial Regex EditSentence();

    [GeneratedRegex("`([a-z][A-Za-z.]+)`")]
    private static partial Regex Backquoted();

    [GeneratedRegex(@"param (\w+) = ")]
    private static partial Regex Assigned();

    [GeneratedRegex(@"^param (\w+) ", RegexOptions.Multiline)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^output (?<name>\w+) (?<type>[^=]+)=", RegexOptions.Multiline)]
    private static partial Regex Output();

    [GeneratedRegex(@"\bout '?(?<name>\w+)\.value(\.(?<member>\w+))?")]
    private static partial Regex ReadOutput();

    [GeneratedRegex(@"infra-bicep/[\w./-]+\.(bicep|bicepparam|json)\b")]
    private static partial Regex NamedFile();
}
