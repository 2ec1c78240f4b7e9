namespace QdrantBackup;

/// <summary>
/// How long a failed call is tried again. Every budget stands here and nowhere else, and each is a time: a handful of tries is used up in seconds, while a server that is
/// restarted needs minutes. A call that used up its budget is not tried again by its callers (<see cref="BackupException.IsSpent"/>).
/// </summary>
public sealed record Patience
{
    private static readonly AsyncLocal<Patience?> InForce = new();

    /// <summary>
    /// A run's: a restart of Qdrant, or a failover of the store, must not fail a part that is nearly done. It stays below the time of a run's lease, less the
    /// time between two renewals.
    /// </summary>
    public static Patience OfRun { get; } = new() { Away = TimeSpan.FromMinutes(10), Failing = TimeSpan.FromSeconds(30), LongestPause = TimeSpan.FromSeconds(15) };

    /// <summary>For a person who waits for an answer and can try again, and for counts that only inform.</summary>
    public static Patience OfPerson { get; } = new()
    {
        Away = TimeSpan.FromSeconds(10),
        Failing = TimeSpan.FromSeconds(5),
        LongestPause = TimeSpan.FromSeconds(3),
        Answer = TimeSpan.FromSeconds(30),
    };

    /// <summary>
    /// How often a step of a run is repeated when it failed in a way that no inner retry handles, for example because the process was stopped or a stream broke that
    /// cannot be resumed: four times, after 2, 4, 8 and 16 seconds.
    /// </summary>
    public const int StepAttempts = 5;

    /// <summary>The wait before a step is repeated for the first time.</summary>
    public static TimeSpan StepPause { get; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest time for one operation on a key vault in a run, waits that the vault asks for included: a vault answers in milliseconds or not at all.</summary>
    public static TimeSpan OfVault { get; } = TimeSpan.FromMinutes(2);

    /// <summary>How long the command line waits for an answer of its own server; some requests read a whole store.</summary>
    public static TimeSpan OfProgram { get; } = TimeSpan.FromSeconds(100);

    /// <summary>How long the command line waits for a connection to its own server.</summary>
    public static TimeSpan OfProgramToConnect { get; } = TimeSpan.FromSeconds(10);

    /// <summary>For a server that gives no answer, or asks to come back later.</summary>
    public required TimeSpan Away { get; init; }

    /// <summary>For a server that answers with a failure.</summary>
    public required TimeSpan Failing { get; init; }

    /// <summary>The longest wait between two tries, unless the server asks for a longer one that still fits the budget.</summary>
    public required TimeSpan LongestPause { get; init; }

    /// <summary>The longest wait for the first byte of an answer, where that is shorter than the client's own limit.</summary>
    public TimeSpan? Answer { get; init; }

    /// <summary>The patience in force: a run's, unless <see cref="Use"/> set another one for the current call.</summary>
    public static Patience Current => InForce.Value ?? OfRun;

    /// <summary>The pause after this one, where the pauses double up to a limit.</summary>
    public static TimeSpan Longer(TimeSpan pause, TimeSpan longest) => pause * 2 < longest ? pause * 2 : longest;

    /// <summary>Sets the patience for calls from here until the result is disposed.</summary>
    public static IDisposable Use(Patience patience)
    {
        var before = InForce.Value;
        InForce.Value = patience;
        return new Scope(before);
    }

    /// <summary>A limit on one answer, shortened to the patience in force.</summary>
    public static TimeSpan AnswerWithin(TimeSpan limit) => Current.Answer is { } answer && answer < limit ? answer : limit;

    /// <summary>Whether to try again.</summary>
    /// <param name="isAway">Whether the server gave no answer, or asked to come back.</param>
    /// <param name="elapsed">How long that has been going on.</param>
    /// <param name="pause">The wait before the next try.</param>
    public bool Allows(bool isAway, TimeSpan elapsed, TimeSpan pause) => elapsed + pause <= (isAway ? Away : Failing);

    private sealed class Scope(Patience? before) : IDisposable
    {
        public void Dispose() => InForce.Value = before;
    }
}
