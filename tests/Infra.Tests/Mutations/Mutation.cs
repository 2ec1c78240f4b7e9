namespace Infra.Tests.Mutations;

/// <summary>A weakening of the templates that a rule must catch.</summary>
/// <param name="Caught">The sentence of the rule.</param>
/// <param name="File">The file that is changed.</param>
/// <param name="Text">What stands there, once.</param>
/// <param name="By">What stands there afterwards.</param>
/// <param name="Variant">The file of parameters to look at.</param>
internal sealed record Mutation(string Caught, string File, string Text, string By, string Variant = "production")
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Mutation> All { get; } =
        [.. StorageMutations.All, .. AccessMutations.All, .. AppMutations.All, .. NetworkMutations.All, .. MonitoringMutations.All];

    public override string ToString() => $"{File}: {Text.Trim()} -> {By.Trim()}";
}
