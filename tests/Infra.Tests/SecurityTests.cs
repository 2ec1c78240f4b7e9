using Infra.Tests.Compiler;
using Infra.Tests.Rules;

namespace Infra.Tests;

/// <summary>Every rule, one by one, on what every file of parameters would create.</summary>
public sealed class SecurityTests(Templates templates)
{
    public static TheoryData<string, string> EveryRule() =>
        [.. from rule in Rule.All from variant in TemplateFolder.Variants select new TheoryDataRow<string, string>(rule.Sentence, variant)];

    [Theory]
    [MemberData(nameof(EveryRule))]
    public async Task It_holds(string rule, string variant) =>
        Report.None(Rule.All.Single(r => r.Sentence == rule).Broken(await templates.WithAsync(variant)));

    [Fact]
    public async Task Everything_that_would_be_created_can_be_foreseen()
    {
        foreach (var variant in TemplateFolder.Variants)
        {
            Report.None((await templates.WithAsync(variant)).Diagnostics);
        }
    }
}
