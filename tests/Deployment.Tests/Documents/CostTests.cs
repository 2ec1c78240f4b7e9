using System.Globalization;
using System.Text.RegularExpressions;
using QdrantBackup.Tests;

namespace QdrantBackup.Deployment.Tests.Documents;

/// <summary>The cost estimate of docs/deploy/azure.md: its sums follow from its assumptions.</summary>
public sealed partial class CostTests
{
    private const int Monthlies = 11;
    private const int ListPage = 5000;
    private static readonly string Page = File.ReadAllText(Repository.Path("docs", "deploy", "azure.md"));

    private static readonly Dictionary<string, double> Assumed =
        Assumption().Matches(Page).ToDictionary(m => m.Groups["name"].Value, m => double.Parse(m.Groups["value"].Value, CultureInfo.InvariantCulture), StringComparer.Ordinal);

    [Fact]
    public void Every_size_and_policy_is_estimated() =>
        Assert.Equal(
            from size in new[] { "10 GB", "1 TB", "10 TB" } from policy in new[] { "7/4/12, 30d", "7/4/12 alone" } from change in new[] { "large", "small" } select $"{size} {policy} {change}",
            Rows().Select(row => $"{row[0]} {row[1]} {row[2]}"));

    [Fact]
    public void The_sums_follow_from_the_assumptions() =>
        Assert.Equal(Rows().Select(row => string.Join(" | ", row)), Rows().Select(row => string.Join(" | ", [.. row.Take(3), .. Estimate(row[0], row[1], row[2])])));

    private static IEnumerable<string> Estimate(string sizeText, string policy, string changeText)
    {
        var size = double.Parse(sizeText.Split(' ')[0], CultureInfo.InvariantCulture) * (sizeText.EndsWith("TB", StringComparison.Ordinal) ? 1000 : 1);
        var change = Assumed[$"{changeText} change"];
        var (dailies, weeklies) = policy == "7/4/12 alone" ? (7, 3) : (30, 0);

        var kept = size * Assumed["compressed"] * (1 + ((dailies - 1) * change) + (weeklies * Replaced(change, 7)) + (Monthlies * Replaced(change, 30)));
        var undelete = size * Assumed["compressed"] * change * Assumed["undelete"];
        var storage = (kept + undelete) * Assumed["storage"];
        var writes = 30 * change * size * Assumed["chunks"];
        var lists = 60 * kept / Assumed["compressed"] * Assumed["chunks"] / ListPage;
        var reads = Assumed["verifications"] * size * Assumed["chunks"];
        var operations = ((writes + lists) * Assumed["writes"] / 10_000) + (reads * Assumed["reads"] / 10_000);
        var busy = (30 + Assumed["verifications"]) * size / Assumed["transfer"] * Assumed["memory"];
        var compute = Math.Max(0, busy - Assumed["free compute"]) * Assumed["compute"];
        return new[] { kept, undelete, storage, operations, compute, Assumed["fixed"], storage + operations + compute + Assumed["fixed"] }
            .Select(amount => Math.Round(amount).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Which share of the bytes has been replaced after some days.</summary>
    private static double Replaced(double change, int days) => 1 - Math.Pow(1 - change, days);

    private static IEnumerable<string[]> Rows() => Row().Matches(Page).Select(m => m.Value.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries));

    [GeneratedRegex(@"^\| (?<name>[a-z ]+) \| (?<value>[\d.]+) \| [^|]+ \| [^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex Assumption();

    [GeneratedRegex(@"^\| \d+ [GT]B \|.*\|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
