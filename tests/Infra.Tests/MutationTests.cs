using Infra.Tests.Compiler;
using Infra.Tests.Mutations;
using Infra.Tests.Rules;

namespace Infra.Tests;

/// <summary>
/// Weakens the templates at one place after the other: the rule that is named must notice, or it proves nothing. Compiling takes most of the time,
/// so weakenings that different rules are to catch are tried together; with INFRA_MUTATIONS=each (`./dev infra`) each is tried alone.
/// </summary>
public sealed class MutationTests(Templates templates)
{
    private const int Together = 24;

    private static readonly Lazy<IReadOnlyList<IReadOnlyList<Mutation>>> Batches = new(() => Batch(OneByOne ? 1 : Together));

    private static bool OneByOne => Settings.Of("INFRA_MUTATIONS") == "each";

    public static TheoryData<int, string> EveryBatch() =>
        [.. Batches.Value.Select((batch, number) => new TheoryDataRow<int, string>(number, OneByOne ? batch[0].ToString() : $"{batch.Count} weakenings"))];

    [Theory]
    [MemberData(nameof(EveryBatch))]
    public async Task Each_is_caught_by_the_rule_that_is_named(int batch, string changes)
    {
        var mutations = Batches.Value[batch];
        using var folder = new TemplateFolder();
        foreach (var mutation in mutations)
        {
            folder.Replace(mutation.File, mutation.Text, mutation.By);
        }

        var deployment = await templates.ReadAsync(folder, mutations[0].Variant);
        Report.None(mutations.Where(m => !RuleOf(m).Broken(deployment).Any()).Select(m => $"'{m.Caught}' does not notice {m} ({changes})"));
    }

    [Fact]
    public void Every_rule_has_a_mutation_that_it_catches() =>
        Report.None(Rule.All.Select(r => r.Sentence).Except(Mutation.All.Select(m => m.Caught)).Select(s => $"no mutation for: {s}"));

    [Fact]
    public void No_two_rules_have_the_same_sentence() => Report.None(Rule.All.GroupBy(r => r.Sentence).Where(g => g.Count() > 1).Select(g => g.Key));

    private static Rule RuleOf(Mutation mutation) => Rule.All.Single(r => r.Sentence == mutation.Caught);

    /// <summary>Batches of weakenings that leave each other's places alone and that no rule is to catch two of.</summary>
    private static List<IReadOnlyList<Mutation>> Batch(int size)
    {
        var left = Mutation.All.ToList();
        var batches = new List<IReadOnlyList<Mutation>>();
        while (left.Count > 0)
        {
            using var folder = new TemplateFolder();
            var batch = new List<Mutation>();
            foreach (var mutation in left.Where(m => m.Variant == left[0].Variant))
            {
                if (batch.Count < size && !batch.Exists(m => m.Caught == mutation.Caught || m.File == mutation.File && m.Text.Contains(mutation.Text, StringComparison.Ordinal)) && folder.Holds(mutation.File, mutation.Text))
                {
                    folder.Replace(mutation.File, mutation.Text, mutation.By);
                    batch.Add(mutation);
                }
            }

            Assert.True(batch.Count > 0, $"{left[0].File} must hold exactly once: {left[0].Text}");
            left.RemoveAll(batch.Contains);
            batches.Add(batch);
        }

        return batches;
    }
}
