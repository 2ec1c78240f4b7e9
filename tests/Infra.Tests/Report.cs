namespace Infra.Tests;

/// <summary>Says everything that is wrong, each on a line of its own.</summary>
internal static class Report
{
    public static void None(IEnumerable<string> wrong)
    {
        var all = wrong.ToList();
        Assert.True(all.Count == 0, string.Join(Environment.NewLine, all));
    }
}
