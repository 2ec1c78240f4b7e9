using QdrantBackup.Harness;

namespace QdrantBackup.Soak.World;

/// <summary>What a seed is like; 0 stands for never.</summary>
internal sealed record Weather
{
    /// <summary>Nothing goes wrong, and time passes evenly.</summary>
    public static Weather Calm { get; } = new();

    /// <summary>Names in one page of a listing.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>A request fails once in so many, before or after its effect.</summary>
    public int FailOneIn { get; init; }

    /// <summary>A change arrives twice once in so many.</summary>
    public int DuplicateOneIn { get; init; }

    /// <summary>A step's process dies, or is taken for dead, once in so many steps of the simulation.</summary>
    public int CrashOneIn { get; init; }

    /// <summary>Time jumps by minutes to days once in so many steps.</summary>
    public int JumpOneIn { get; init; }

    /// <summary>How many steps one actor goes on in a row, on average.</summary>
    public int Burst { get; init; } = 1;

    /// <summary>Whether others come in mostly where it matters: around what the rules are about.</summary>
    public bool IsKeen { get; init; }

    /// <summary>Whether the lanes take turns with few stops.</summary>
    public bool HasStops { get; init; }

    /// <summary>Whether grace periods and the limit of a listing hold, or are switched off so that the rules stand alone.</summary>
    public bool HasGrace { get; init; }

    /// <summary>Whether parts are transferred in several ranges.</summary>
    public bool HasRanges { get; init; }

    /// <summary>Whether the store is a second one: nothing is backed up into it, backups are copied.</summary>
    public bool IsReplica { get; init; }

    /// <summary>Whether a pruner writes its position down after every piece of work.</summary>
    public bool HasShortSteps { get; init; }

    public static Weather Of(Chance chance) => new()
    {
        PageSize = chance.Pick(1, 2, 5, 1000),
        FailOneIn = chance.Pick(0, 0, 300),
        DuplicateOneIn = chance.Pick(0, 0, 20),
        CrashOneIn = chance.Pick(0, 0, 60, 300),
        JumpOneIn = chance.Pick(0, 30, 200),
        Burst = chance.Pick(1, 3, 10, 40, 150),
        IsKeen = chance.OneIn(2),
        HasStops = !chance.OneIn(4),
        HasGrace = chance.OneIn(4),
        HasRanges = chance.OneIn(4),
        HasShortSteps = chance.OneIn(8),
        IsReplica = chance.OneIn(6),
    };
}
