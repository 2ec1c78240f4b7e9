namespace QdrantBackup.Configuration;

/// <summary>One thing that is wrong with the configuration.</summary>
/// <param name="Key">The key, e.g. <c>Retention:Daily</c>.</param>
/// <param name="Value">What was given, masked if secret; null if nothing was.</param>
/// <param name="Expected">What was expected, as the end of a sentence that begins "must be" or a sentence of its own.</param>
/// <param name="Origin">Where the value comes from; null if nothing was given.</param>
/// <param name="Hint">What to do, where the expectation does not say it.</param>
public sealed record ConfigurationProblem(string Key, string? Value, string Expected, string? Origin, string? Hint = null)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var given = Value is null ? Key : $"{Key} = '{Value}'";
        var from = Origin is null ? string.Empty : $" ({Origin})";
        var hint = Hint is null ? string.Empty : $" {Hint}";
        return SafeText.ErrorLine($"{given}{from}: {Expected}.{hint}");
    }
}

/// <summary>The configuration is wrong; every problem is named, so that one look at it is enough.</summary>
public sealed class ConfigurationException : UsageException
{
    /// <summary>Makes the error from at least one problem.</summary>
    public ConfigurationException(IReadOnlyList<ConfigurationProblem> problems)
        : base(Describe(problems), "Correct what is named; 'qdrant-backup config check' checks without starting anything, docs/configuration.md lists every key.")
        => Problems = problems;

    /// <summary>What is wrong, in the order of the keys.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems { get; }

    private static string Describe(IReadOnlyList<ConfigurationProblem> problems)
    {
        ArgumentOutOfRangeException.ThrowIfZero(problems.Count);
        return problems.Count == 1
            ? $"The configuration is wrong: {problems[0]}"
            : $"The configuration is wrong in {problems.Count} places:\n" + string.Join('\n', problems.Select(problem => $"- {problem}"));
    }
}
