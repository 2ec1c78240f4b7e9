using QdrantBackup.Harness;
using QdrantBackup.Ids;
using QdrantBackup.Soak.Plants;
using QdrantBackup.Storage;

namespace QdrantBackup.Soak.World;

/// <summary>The store, the programs that use it, and what happens to them; all of it follows from the seed.</summary>
internal sealed class SimulatedWorld
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int MaxSteps = 30_000;

    // A seed that is struck again and again never ends, which proves nothing about it.
    private const int MaxBlows = 40;

    private readonly Trace _trace;
    private readonly Plant _plant;
    private readonly Ghosts _ghosts = new();
    private readonly List<Task> _actors = [];
    private int _steps;
    private int _runs;
    private int _blows;
    private string? _slow;
    private Stops? _stops;
    private Attempt? _current;

    public SimulatedWorld(ulong seed, Plant plant, TextWriter? reader)
    {
        _trace = new Trace(reader);
        _plant = plant;
        Chance = new Chance(seed);
        Service = new BlobService(Clock, Oracle);
    }

    public Chance Chance { get; }

    public ServiceClock Clock { get; } = new();

    public Oracle Oracle { get; } = new();

    public BlobService Service { get; }

    public Turnstile Turnstile { get; } = new();

    public SimulatedNode Node { get; } = new();

    public Weather Weather { get; set; } = Weather.Calm;

    /// <summary>The store that is copied into the simulated one, if that is a second store. Nobody else uses it, so nothing happens to it.</summary>
    public IBackupStore? First { get; private set; }

    /// <summary>The backups that can be copied.</summary>
    public IReadOnlyList<BackupId> ToCopy { get; private set; } = [];

    public ulong Hash => _trace.Hash;

    public int Steps => _steps;

    public void Tell(string what) => _trace.Tell(Clock.Now, what);

    /// <summary>A run that begins now, by the clock of a machine.</summary>
    public RunId NewRun(TimeProvider time)
    {
        int number = _runs++;
        string suffix = new([.. Enumerable.Range(0, 6).Select(i => Alphabet[(number >> (5 * (5 - i))) & 31])]);
        return new RunId($"{time.GetUtcNow().UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{suffix}");
    }

    /// <summary>The program for one attempt of an actor, with the planted fault if it is one of that kind of actor.</summary>
    public Machine NewMachine(Attempt attempt, TimeProvider time, ActorKind kind)
    {
        IBackupStore blobs = new Connection(this, attempt, _ghosts);
        return new Machine(_plant.Kind == kind ? _plant.Wrap(blobs) : blobs, First, Node, time, Weather);
    }

    /// <summary>The present contents become the first store, and the simulated one begins again as its second.</summary>
    public async Task BeginReplicaAsync()
    {
        var first = new InMemoryStore(Clock.OfMachine(TimeSpan.Zero));
        foreach (StoredBlob blob in Service.TakeAll())
        {
            await first.PutAsync(blob.Entry.Name, blob.Content, PutCondition.Always, blob.Entry.Summary, default);
        }

        (First, ToCopy) = (first, Oracle.BeginReplica());
    }

    /// <summary>Begins an actor, up to its first request.</summary>
    public async Task BeginAsync(Func<Task> actor)
    {
        Turnstile.Enter();
        _actors.Add(Task.Run(async () =>
        {
            try
            {
                await actor();
            }
            catch (Exception e)
            {
                Oracle.Report($"an actor failed in a way that nobody expected: {e}");
            }

            Turnstile.Leave();
        }));
        await Turnstile.QuietAsync();
    }

    /// <summary>Lets requests through, one after the other, until nobody waits any more or an invariant is broken.</summary>
    /// <param name="slow">An actor that is chosen seldom.</param>
    /// <param name="stops">The schedule, where it is not left to chance.</param>
    public async Task RunAsync(string? slow = null, Stops? stops = null)
    {
        (_slow, _stops, _current) = (slow, stops, null);
        while (Oracle.Violation is null)
        {
            await Turnstile.QuietAsync();
            IReadOnlyList<Request> waiting = Turnstile.Waiting;
            if (waiting.Count == 0)
            {
                return;
            }

            if (_steps++ >= MaxSteps)
            {
                Oracle.Report($"it does not end: {_steps} steps, {waiting[0].What} still waits");
                return;
            }

            await PassTimeAsync();
            Request next = Choose(waiting);
            _current = next.Attempt;
            if (!next.Attempt.IsAbandoned && Strikes(Weather.CrashOneIn))
            {
                Crash(next);
                continue;
            }

            Tell($"{next.Attempt.Actor}: {next.What}");
            Turnstile.Release(next);
        }
    }

    /// <summary>Lets everything that is still on its way arrive.</summary>
    public async Task ArriveAllAsync()
    {
        while (_ghosts.Count > 0)
        {
            Tell($"late: {await _ghosts.ArriveAsync(0)}");
        }
    }

    private async Task PassTimeAsync()
    {
        Clock.Advance(TimeSpan.FromSeconds(1));
        if (Strikes(Weather.JumpOneIn))
        {
            Clock.Advance(TimeSpan.FromMinutes(Chance.Pick(5, 50, 300, 25 * 60, 60 * 60)));
        }

        if (_ghosts.Count > 0 && Chance.OneIn(20))
        {
            Tell($"late: {await _ghosts.ArriveAsync(Chance.Next(_ghosts.Count))}");
        }
    }

    private bool Strikes(int oneIn) => _blows < MaxBlows && Chance.OneIn(oneIn) && ++_blows > 0;

    private Request Choose(IReadOnlyList<Request> waiting)
    {
        if (_stops is not null)
        {
            Request[] zombies = [.. waiting.Where(r => r.Attempt.IsAbandoned)];
            if (zombies.Length > 0 && (zombies.Length == waiting.Count || Chance.OneIn(20)))
            {
                return zombies[Chance.Next(zombies.Length)];
            }

            (Request turn, bool passedOn) = _stops.Choose(waiting);
            if (passedOn && Chance.OneIn(4))
            {
                Clock.Advance(TimeSpan.FromHours(Chance.Pick(1, 1, 25, 60)));
            }

            return turn;
        }

        if (waiting.FirstOrDefault(r => r.Attempt == _current) is { } next && !Chance.OneIn(Weather.IsKeen ? next.Matters ? 3 : 300 : Weather.Burst))
        {
            return next;
        }

        // Those that are slow, or taken for dead, come late to what they were about to do.
        Request chosen = waiting[Chance.Next(waiting.Count)];
        bool isSlow = chosen.Attempt.IsAbandoned || chosen.Attempt.Actor == _slow;
        return isSlow && !Chance.OneIn(20) ? waiting[Chance.Next(waiting.Count)] : chosen;
    }

    /// <summary>The process dies with its request on its way, or is only taken for dead and goes on beside its successor.</summary>
    private void Crash(Request request)
    {
        bool goesOn = Chance.OneIn(3);
        Tell($"{request.Attempt.Actor} {(goesOn ? "is taken for dead" : "dies")} at: {request.What}");
        if (!goesOn)
        {
            Turnstile.Drop(request);
            if (request.Late is not null && Chance.OneIn(2))
            {
                _ghosts.Add(request.What, request.Late);
            }
        }

        Turnstile.Enter();
        request.Attempt.Abandoned.SetResult();
    }
}

/// <summary>What an actor does.</summary>
internal enum ActorKind
{
    None,
    Writer,
    Pruner,
    Other,
}
