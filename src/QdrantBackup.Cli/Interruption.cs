using System.Runtime.InteropServices;

namespace QdrantBackup.Cli;

/// <summary>
/// The signals that end a command: Ctrl-C, SIGTERM, a closed terminal. The first asks the command to end, which may take a moment; the second ends the process at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly Lock _gate = new();
    private readonly TextWriter _error;
    private readonly Action<int> _exit;
    private Work? _work;
    private int _count;

    public Interruption(TextWriter error, Action<int> exit) => (_error, _exit) = (error, exit);

    /// <summary>Cancelled by the first signal, unless a run is under way that is to be cancelled first.</summary>
    public CancellationToken Token => _asked.Token;

    /// <summary>Whether the command was asked to end.</summary>
    public bool IsAsked => Volatile.Read(ref _count) > 0;

    /// <summary>Takes the signals from now on, instead of the runtime, which would end the process.</summary>
    public void Listen()
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            _signals.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                Ask();
            }));
        }
    }

    /// <summary>One signal.</summary>
    public void Ask()
    {
        if (Interlocked.Increment(ref _count) > 1)
        {
            _error.WriteLine(Current?.Left() ?? "left at once; nothing goes on");
            _exit(ExitCode.Interrupted);
        }
        else if (Current is { } work)
        {
            _ = Task.Run(work.CancelAsync);
        }
        else
        {
            _asked.Cancel();
        }
    }

    /// <summary>Stops waiting: what goes on does so elsewhere.</summary>
    public void Leave() => _asked.Cancel();

    /// <summary>While a run is under way the first signal cancels the run, and the command ends with the run.</summary>
    /// <param name="cancelAsync">Cancels it.</param>
    /// <param name="left">What to say to a person who leaves at once.</param>
    public IDisposable During(Func<Task> cancelAsync, Func<string> left)
    {
        var work = new Work(this, cancelAsync, left);
        lock (_gate)
        {
            _work = work;
        }

        if (IsAsked && !_asked.IsCancellationRequested)
        {
            // Asked while one run went on, and this is the next one.
            _ = Task.Run(cancelAsync);
        }

        return work;
    }

    public void Dispose()
    {
        _signals.ForEach(signal => signal.Dispose());
        _asked.Dispose();
    }

    private Work? Current
    {
        get
        {
            lock (_gate)
            {
                return _work;
            }
        }
    }

    private sealed record Work(Interruption Owner, Func<Task> CancelAsync, Func<string> Left) : IDisposable
    {
        public void Dispose()
        {
            lock (Owner._gate)
            {
                Owner._work = null;
            }
        }
    }
}
