using LocalFunctions.Durable.Machine;
using Microsoft.Extensions.Logging;

namespace LocalFunctions.Durable.Dispatch;

/// <summary>
/// Replaces workers whose orchestrator does not return, so that other instances continue, even if many are stuck. Such code
/// cannot be stopped from outside; a replaced worker ends when its turn does, if ever.
/// </summary>
internal sealed class StuckTurns(IMachine machine, ILogger logger)
{
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(30);

    /// <summary>Watches a turn that a worker is about to take.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="work">The work of the worker that takes over.</param>
    public WatchedTurn Watch(string instanceId, Func<Task> work) => new(machine.Time, () => Replace(instanceId, work));

    private void Replace(string instanceId, Func<Task> work)
    {
        EngineLog.TurnStuck(logger, instanceId, LongestTurn.TotalSeconds);
        _ = RunAsync(machine.StartThreads("orchestrations, in place of a stuck one", 1), work);
    }

    private static async Task RunAsync(TaskScheduler thread, Func<Task> work)
    {
        try
        {
            await thread.RunAsync(work);
        }
        finally
        {
            (thread as IDisposable)?.Dispose();
        }
    }

    /// <summary>One turn of a worker.</summary>
    internal sealed class WatchedTurn(TimeProvider time, Action replace) : IDisposable
    {
        private readonly Lock _gate = new();
        private ITimer? _timer;
        private bool _isRunning;

        /// <summary>Whether another worker took over.</summary>
        public bool IsReplaced { get; private set; }

        /// <summary>The orchestrator begins.</summary>
        public void Begin()
        {
            _isRunning = true;
            _timer = time.CreateTimer(_ => OnLate(), state: null, LongestTurn, Timeout.InfiniteTimeSpan);
        }

        /// <summary>It returned.</summary>
        public void End()
        {
            lock (_gate)
            {
                _isRunning = false;
            }
        }

        /// <inheritdoc/>
        public void Dispose() => _timer?.Dispose();

        private void OnLate()
        {
            lock (_gate)
            {
                if (!_isRunning)
                {
                    return;
                }

                IsReplaced = true;
            }

            replace();
        }
    }
}
