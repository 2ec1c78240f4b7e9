using System.Diagnostics;

namespace QdrantBackup.Harness;

/// <summary>
/// Waits of tests. Each has a bound by the machine's own clock, and when that is over it fails and names what it waited for: a test that hangs names nobody, and takes
/// the others with it.
/// </summary>
public static class Waiting
{
    /// <summary>Far more than anything takes that a test waits for on a busy machine.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>Waits until something is so. The look may move a clock that the test owns.</summary>
    /// <param name="what">What is waited for, as it stands after "waited for".</param>
    /// <param name="isSo">Looks.</param>
    /// <param name="bound">The longest that is waited.</param>
    public static Task UntilAsync(string what, Func<bool> isSo, TimeSpan? bound = null) => UntilAsync(what, () => Task.FromResult(isSo()), bound);

    /// <summary>Waits until something is so.</summary>
    /// <param name="what">What is waited for, as it stands after "waited for".</param>
    /// <param name="isSo">Looks.</param>
    /// <param name="bound">The longest that is waited.</param>
    public static Task UntilAsync(string what, Func<Task<bool>> isSo, TimeSpan? bound = null) => FindAsync(what, async () => await isSo() ? "" : null, bound);

    /// <summary>Waits until a look finds something, and returns that.</summary>
    /// <param name="what">What is waited for, as it stands after "waited for".</param>
    /// <param name="look">Looks; null: not yet.</param>
    /// <param name="bound">The longest that is waited.</param>
    /// <param name="pause">The time between two looks.</param>
    public static async Task<T> FindAsync<T>(string what, Func<Task<T?>> look, TimeSpan? bound = null, TimeSpan? pause = null)
        where T : class
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            // A look that itself hangs is a wait too.
            var looking = look();
            try
            {
                if (await looking.WaitAsync(Left(began, bound), TimeProvider.System) is { } found)
                {
                    return found;
                }
            }
            catch (TimeoutException) when (!looking.IsCompleted)
            {
                throw Over(what, bound);
            }

            ThrowIfOver(what, began, bound);
            await Task.Delay(pause ?? Pause, TimeProvider.System);
        }
    }

    /// <summary>Waits for a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="what">What is waited for, as it stands after "waited for".</param>
    /// <param name="bound">The longest that is waited.</param>
    public static async Task WithinAsync(this Task task, string what, TimeSpan? bound = null)
    {
        try
        {
            await task.WaitAsync(bound ?? Usual, TimeProvider.System);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw Over(what, bound);
        }
    }

    /// <summary>Waits for a task, and returns what it does.</summary>
    /// <param name="task">The task.</param>
    /// <param name="what">What is waited for, as it stands after "waited for".</param>
    /// <param name="bound">The longest that is waited.</param>
    public static async Task<T> WithinAsync<T>(this Task<T> task, string what, TimeSpan? bound = null)
    {
        await ((Task)task).WithinAsync(what, bound);
        return await task;
    }

    /// <summary>Keeps the calling thread until an event is set.</summary>
    /// <param name="signal">The event.</param>
    /// <param name="what">What is waited for, as it stands after "waited for".</param>
    /// <param name="bound">The longest that is waited.</param>
    public static void Within(this ManualResetEventSlim signal, string what, TimeSpan? bound = null)
    {
        if (!signal.Wait(bound ?? Usual))
        {
            throw Over(what, bound);
        }
    }

    /// <summary>Keeps the calling thread until a task is over.</summary>
    /// <param name="task">The task.</param>
    /// <param name="what">What is waited for, as it stands after "waited for".</param>
    /// <param name="bound">The longest that is waited.</param>
    public static void Within(this Task task, string what, TimeSpan? bound = null)
    {
        if (!task.Wait(bound ?? Usual))
        {
            throw Over(what, bound);
        }
    }

    /// <summary>Waits for a program to end, and kills it when it does not.</summary>
    /// <param name="process">The program.</param>
    /// <param name="what">What it does, as it stands after "waited for the end of".</param>
    /// <param name="bound">The longest that is waited.</param>
    public static async Task EndAsync(this Process process, string what, TimeSpan? bound = null)
    {
        try
        {
            await process.WaitForExitAsync().WithinAsync($"the end of {what}", bound);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static TimeSpan Left(long began, TimeSpan? bound)
    {
        var left = (bound ?? Usual) - TimeProvider.System.GetElapsedTime(began);
        return left > Pause ? left : Pause;
    }

    private static void ThrowIfOver(string what, long began, TimeSpan? bound)
    {
        if (TimeProvider.System.GetElapsedTime(began) >= (bound ?? Usual))
        {
            throw Over(what, bound);
        }
    }

    private static TimeoutException Over(string what, TimeSpan? bound) => new($"waited for {what}, in vain for {(bound ?? Usual).TotalSeconds:0.##} seconds");
}
