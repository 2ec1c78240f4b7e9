using Azure;
using Azure.Identity;

namespace QdrantBackup.OnAzure;

/// <summary>What the clients of Azure throw when a call fails, sorted into the three cases that call for different words.</summary>
internal static class AzureFailures
{
    /// <summary>Runs a call; cancelling it stays what it is.</summary>
    /// <param name="call">The call.</param>
    /// <param name="refused">The service answered, and not what was asked for.</param>
    /// <param name="notSignedIn">No identity of this machine got a token.</param>
    /// <param name="unreachable">There was no answer.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public static async Task<T> TranslateAsync<T>(
        Func<Task<T>> call,
        Func<RequestFailedException, StoreException> refused,
        Func<StoreException> notSignedIn,
        Func<Exception, StoreException> unreachable,
        CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException or AuthenticationFailedException or IOException or OperationCanceledException or TimeoutException)
        {
            // Whatever failed, it failed because the caller gave up.
            cancellationToken.ThrowIfCancellationRequested();

            // Retries that all failed: the last one says most.
            throw (e is AggregateException { InnerExceptions: [.., var last] } ? last : e) switch
            {
                RequestFailedException { Status: 0 } failure => unreachable(failure.InnerException ?? failure),
                RequestFailedException failure => refused(failure),
                AuthenticationFailedException => notSignedIn(),
                var failure => unreachable(failure),
            };
        }
    }
}
