using QdrantBackup.Harness;

namespace LocalFunctions.Soak.World;

/// <summary>How bad a world is, each as "once in so many", 0 for never. A seed draws it; after the storm all of it but disorder ends, so that whatever can end does.</summary>
internal sealed record Weather
{
    /// <summary>After how many steps the storm is over.</summary>
    public required int StormSteps { get; init; }

    /// <summary>How often a task that was queued later goes first.</summary>
    public required int Disorder { get; init; }

    /// <summary>How often a timer rings although there is work left: the machine is slow.</summary>
    public required int Slowness { get; init; }

    /// <summary>Steps between crashes.</summary>
    public required int Crashes { get; init; }

    /// <summary>Steps between requests to stop in order.</summary>
    public required int Stops { get; init; }

    /// <summary>Steps between changes of the wall clock.</summary>
    public required int ClockChanges { get; init; }

    /// <summary>Statements that fail.</summary>
    public required int FailedStatements { get; init; }

    /// <summary>Commits that fail and are not on disk.</summary>
    public required int FailedCommits { get; init; }

    /// <summary>Commits that are reported as failed although they are on disk.</summary>
    public required int DeniedCommits { get; init; }

    /// <summary>Requests that a client sends twice.</summary>
    public required int DoubledRequests { get; init; }

    /// <summary>How many processes want to serve the one database.</summary>
    public required int Processes { get; init; }

    /// <summary>Draws a weather; calm seas are among them, because some faults show only there.</summary>
    public static Weather Draw(Chance chance) => new()
    {
        StormSteps = chance.Between(100, 2500),
        Disorder = chance.Pick(0, 1, 2, 5, 20),
        Slowness = chance.Pick(0, 0, 50, 10),
        Crashes = chance.Pick(0, 0, 700, 150, 40),
        Stops = chance.Pick(0, 0, 500),
        ClockChanges = chance.Pick(0, 0, 0, 300, 30),
        FailedStatements = chance.Pick(0, 0, 0, 200, 30),
        FailedCommits = chance.Pick(0, 0, 100, 10),
        DeniedCommits = chance.Pick(0, 0, 100, 10),
        DoubledRequests = chance.Pick(0, 3),
        Processes = chance.Pick(1, 1, 2),
    };
}
