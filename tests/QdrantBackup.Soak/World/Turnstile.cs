namespace QdrantBackup.Soak.World;

/// <summary>
/// Decides who goes on. Every request to the store waits here until it is let through; nothing else in the simulated programs takes time. Exactly one of them
/// runs at any moment, so that a seed repeats independently of the machine's threads.
/// </summary>
internal sealed class Turnstile
{
    private readonly Lock _gate = new();
    private readonly List<Request> _waiting = [];
    private TaskCompletionSource? _quiet;
    private int _running;

    /// <summary>The requests that wait, in the order of their arrival.</summary>
    public IReadOnlyList<Request> Waiting
    {
        get
        {
            lock (_gate)
            {
                return [.. _waiting];
            }
        }
    }

    /// <summary>Somebody begins to run.</summary>
    public void Enter() => Interlocked.Increment(ref _running);

    /// <summary>Somebody has come to an end.</summary>
    public void Leave() => Stop(null);

    /// <summary>Waits until the simulation lets the request through.</summary>
    public Task PassAsync(Attempt attempt, string what, Func<Task>? late = null)
    {
        var request = new Request(attempt, what, late);
        Stop(request);
        return request.Turn.Task;
    }

    /// <summary>Lets a request through.</summary>
    public void Release(Request request)
    {
        lock (_gate)
        {
            _waiting.Remove(request);
            _running++;
        }

        request.Turn.SetResult();
    }

    /// <summary>Forgets a request: its sender is dead.</summary>
    public void Drop(Request request)
    {
        lock (_gate)
        {
            _waiting.Remove(request);
        }
    }

    /// <summary>Waits until everybody waits or has come to an end.</summary>
    public Task QuietAsync()
    {
        lock (_gate)
        {
            if (_running == 0)
            {
                return Task.CompletedTask;
            }

            _quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _quiet.Task;
        }
    }

    private void Stop(Request? request)
    {
        TaskCompletionSource? quiet = null;
        lock (_gate)
        {
            if (request is not null)
            {
                _waiting.Add(request);
            }

            _running--;
            if (_running == 0)
            {
                (quiet, _quiet) = (_quiet, null);
            }
        }

        quiet?.TrySetResult();
    }
}

/// <summary>A request on its way to the store.</summary>
/// <param name="Attempt">Who made it.</param>
/// <param name="What">What it is, for the trace.</param>
/// <param name="Late">Its effect, should it arrive after its maker's death; null for one that only reads.</param>
internal sealed record Request(Attempt Attempt, string What, Func<Task>? Late)
{
    private static readonly string[] Turns =
        ["put pins/", "put manifests/", "put retired/", "put holds/", "put undeleted/", "get manifests/", "find retired/", "list retired/", "list undeleted/", "list pins/", "list manifests/", "list chunks/", "delete ", "expire "];

    /// <summary>Whether the rules are about what comes in before this.</summary>
    public bool Matters { get; } = Turns.Any(t => What.StartsWith(t, StringComparison.Ordinal)) || What.EndsWith("/plan", StringComparison.Ordinal);

    public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>One attempt at one step of an actor: it may be killed, or be taken for dead while it goes on.</summary>
/// <param name="Actor">The actor's name.</param>
internal sealed record Attempt(string Actor)
{
    /// <summary>Completes when nobody waits for the attempt any more.</summary>
    public TaskCompletionSource Abandoned { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsAbandoned => Abandoned.Task.IsCompleted;
}
