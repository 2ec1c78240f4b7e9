using System.Text.Json.Nodes;

namespace Infra.Tests;

/// <summary>The queries of alerts and of the workbook, as they would be deployed, read by the language's own parser.</summary>
public sealed class QueryTests(Templates templates)
{
    /// <summary>Queries that the parser must not let pass: a column, an operator and a function that there are not.</summary>
    internal static IReadOnlyDictionary<string, string> Broken { get; } = new Dictionary<string, string>
    {
        ["wrong column"] = "AppTraces | where Foo == 1",
        ["wrong operator"] = "AppTraces | projekt Message",
        ["wrong function"] = "AppTraces | where valueOf(Properties, 'State') == 'Failed'",
    };

    [Fact]
    public async Task Queries_parse_and_read_columns_that_their_tables_have() =>
        Report.None(await Linters.FindingsAsync(templates, (await AllAsync(templates, "production")).Keys));

    [Fact]
    public async Task A_wrong_query_is_noticed()
    {
        var said = await Linters.FindingsAsync(templates, Broken.Keys);
        Assert.Equal(Broken.Keys.Order(), said.Select(s => s.Split(':')[0]).Distinct().Order());
    }

    [Fact]
    public async Task The_workbook_is_one_that_the_portal_can_read()
    {
        var panels = (await WorkbookAsync(templates, "production"))["items"]!.AsArray();
        Assert.Equal(9, (int)panels[0]!["type"]!);
        Assert.All(panels.Skip(1), panel => Assert.Equal(3, (int)panel!["type"]!));
        Assert.Equal(6, panels.Count - 1);
    }

    /// <summary>Every query that a variant deploys, by the name of its alert or panel.</summary>
    internal static async Task<IReadOnlyDictionary<string, string>> AllAsync(Templates templates, string variant)
    {
        var deployment = await templates.WithAsync(variant);
        var alerts = deployment.OfType("Microsoft.Insights/scheduledQueryRules").Select(a => (a.Name, (string)a["properties.criteria.allOf"]![0]!["query"]!));
        var panels = (await WorkbookAsync(templates, variant))["items"]!.AsArray().Where(i => (int)i!["type"]! == 3).Select(i => ((string)i!["content"]!["title"]!, (string)i["content"]!["query"]!));
        return alerts.Concat(panels).ToDictionary(q => q.Item1, q => q.Item2);
    }

    private static async Task<JsonObject> WorkbookAsync(Templates templates, string variant) =>
        JsonNode.Parse((string)(await templates.WithAsync(variant)).The("Microsoft.Insights/workbooks")["properties.serializedData"]!)!.AsObject();
}
