using QdrantBackup.Harness;

namespace LocalFunctions.Soak.Workload;

/// <summary>Draws the plans of a world.</summary>
internal sealed class PlanWriter(Chance chance)
{
    private const int MaxDepth = 3;
    private readonly List<Plan> _plans = [];
    private int _activities;

    /// <summary>All plans, by number.</summary>
    public IReadOnlyList<Plan> Plans => _plans;

    /// <summary>Draws a plan that a caller starts.</summary>
    public Plan Root() => chance.OneIn(8)
        ? Add([new Listen(chance.Between(1, 2))], chance.Between(3, 8))
        : Write(depth: 0, isTold: false, chance.OneIn(3) ? chance.Between(2, 4) : 1);

    // Numbers are given in the end, when the children have theirs.
    private Plan Add(IReadOnlyList<Step> steps, int generations)
    {
        var plan = new Plan(_plans.Count, steps, generations);
        _plans.Add(plan);
        return plan;
    }

    private Plan Write(int depth, bool isTold, int generations)
    {
        var steps = new List<Step>();
        if (isTold)
        {
            steps.Add(new Hear());
        }

        for (var count = chance.Between(1, depth == 0 ? 5 : 2); count > 0; count--)
        {
            steps.Add(Draw(depth, isRoot: depth == 0));
        }

        return Add(steps, generations);
    }

    private Step Draw(int depth, bool isRoot) => chance.Next(13) switch
    {
        0 or 1 => new Call(_activities++, chance.Pick(0, 0, 1, 2), 3),
        2 => new Call(_activities++, Call.Always, 2),
        3 or 4 when depth < MaxDepth => new FanOut([.. Enumerable.Range(0, chance.Between(2, 8)).Select(_ => Branch(depth))]),
        5 or 6 when depth < MaxDepth => DrawChild(depth),
        7 => new Sleep(TimeSpan.FromSeconds(chance.Pick(0, 1, 60, 4000))),
        8 => new Race(_activities++, TimeSpan.FromSeconds(chance.Pick(1, 30, 4000))),
        9 when isRoot => new Listen(chance.Between(1, 4)),
        12 when isRoot => new Approval(_activities++, TimeSpan.FromSeconds(chance.Pick(1, 60, 2000))),
        10 => new Echo(_activities++),
        11 => new Show(chance.Next(100)),
        _ => new Call(_activities++, 0, 1),
    };

    private Step Branch(int depth) => chance.Next(6) == 0 ? Draw(depth + 1, isRoot: false) : new Call(_activities++, chance.Pick(0, 0, 0, 1), 2);

    private Child DrawChild(int depth)
    {
        if (chance.OneIn(3))
        {
            return new Child(Write(depth + 1, isTold: true, generations: 1), 1, IsNamed: true, IsTold: true);
        }

        if (chance.OneIn(5))
        {
            return new Child(Write(depth + 1, isTold: false, generations: 1), 1, IsNamed: true, IsDoomed: true);
        }

        if (chance.OneIn(3))
        {
            // Its activity is tried once only, so the whole child is what fails and is tried again.
            return new Child(Add([new Call(_activities++, chance.Between(1, 2), 1)], 1), 4, chance.OneIn(2));
        }

        return new Child(Write(depth + 1, isTold: false, generations: 1), 1, chance.OneIn(2));
    }
}
