using QdrantBackup.Harness;

namespace QdrantBackup.Integration.Tests.EndToEnd;

/// <summary>What every failed command owes whoever ran it.</summary>
internal static class Told
{
    /// <summary>The exit code, what failed, and what to do about it; nothing but results on standard output.</summary>
    public static void Clearly(CommandResult result, int exitCode, params string[] words)
    {
        var told = $"exit code {result.ExitCode}\n{result.Errors}\n{result.Results}";
        Assert.True(result.ExitCode == exitCode, told);
        foreach (var word in words)
        {
            Assert.True(result.Errors.Contains(word, StringComparison.OrdinalIgnoreCase), $"'{word}' is missing from:\n{told}");
        }

        Assert.Contains("error: ", result.Errors, StringComparison.Ordinal);
        var hints = result.Errors.Split('\n').Where(line => line.StartsWith("hint:", StringComparison.Ordinal)).ToList();
        Assert.True(hints.Count > 0 && hints.All(hint => hint["hint:".Length..].Trim().Length > 10), told);
        Assert.DoesNotContain("   at QdrantBackup", result.Errors + result.Results, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", result.Errors + result.Results, StringComparison.Ordinal);
    }
}
