namespace QdrantBackup.App.Stores;

/// <summary>
/// Whether the store opens, for those who ask again and again without a key. An opening that fails may cost much, so it is not repeated for each of them: one at a time tries,
/// and for a while the others get its answer.
/// </summary>
public sealed class StoreReadiness : IDisposable
{
    // Openings that fail quickly are tried again soon; those that take long take at most a tenth of the time.
    private const int PausePerWork = 9;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly Func<CancellationToken, ValueTask> _open;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _trying = new(1, 1);
    private volatile Failure? _last;

    /// <summary>Asks the app's store.</summary>
    public StoreReadiness(StoreConnection connection, TimeProvider time)
        : this(async cancellationToken => _ = await connection.OpenReadableAsync(cancellationToken), time)
    {
    }

    internal StoreReadiness(Func<CancellationToken, ValueTask> open, TimeProvider time) => (_open, _time) = (open, time);

    /// <summary>Opens the store if it is not open; false if it does not open, or did not lately.</summary>
    public async ValueTask<bool> OpensAsync(CancellationToken cancellationToken)
    {
        if (FailedLately())
        {
            return false;
        }

        await _trying.WaitAsync(cancellationToken);
        try
        {
            if (FailedLately())
            {
                return false;
            }

            var began = _time.GetTimestamp();
            try
            {
                await _open(cancellationToken);
                _last = null;
                return true;
            }
            catch (BackupException)
            {
                Remember(_time.GetElapsedTime(began));
                return false;
            }
            catch (OperationCanceledException) when (_time.GetElapsedTime(began) > ShortestPause)
            {
                // The caller went away: the next one must not begin the same work at once.
                Remember(_time.GetElapsedTime(began));
                throw;
            }
        }
        finally
        {
            _trying.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _trying.Dispose();

    private void Remember(TimeSpan work)
    {
        var pause = work * PausePerWork;
        _last = new Failure(_time.GetTimestamp(), pause < ShortestPause ? ShortestPause : pause > LongestPause ? LongestPause : pause);
    }

    private bool FailedLately() => _last is { } last && _time.GetElapsedTime(last.At) < last.Pause;

    private sealed record Failure(long At, TimeSpan Pause);
}
