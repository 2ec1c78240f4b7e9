using System.Runtime.CompilerServices;

namespace QdrantBackup.Parts;

/// <summary>Fetches ahead, a bounded number at once, and hands out in order.</summary>
internal static class Prefetch
{
    public static async IAsyncEnumerable<TResult> InOrderAsync<TItem, TResult>(
        IEnumerable<TItem> items, int maxInFlight, Func<TItem, CancellationToken, Task<TResult>> fetch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var inFlight = new Queue<Task<TResult>>(maxInFlight);
        try
        {
            foreach (TItem item in items)
            {
                if (inFlight.Count >= maxInFlight)
                {
                    yield return await inFlight.Dequeue();
                }

                inFlight.Enqueue(fetch(item, stop.Token));
            }

            while (inFlight.TryDequeue(out Task<TResult>? next))
            {
                yield return await next;
            }
        }
        finally
        {
            // After an early stop or a failure, no fetch keeps running.
            await stop.CancelAsync();
            await Task.WhenAll(inFlight).ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }
}
