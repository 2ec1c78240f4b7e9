using Azure;
using Azure.Identity;

namespace QdrantBackup.OnAzure;

/// <summary>Failures of Azure's clients, sorted into the three cases that need different messages.</summary>
internal static class AzureFailures
{
    /// <summary>Runs a call; its cancellation stays a cancellation.</summary>
    /// <param name="call">The call.</param>
    /// <param name="refused">The service answered with a refusal or an error.</param>
    /// <param name="notSignedIn">No identity of this machine received a token.</param>
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
            // The call failed because the caller cancelled it.
            cancellationToken.ThrowIfCancellationRequested();

            // Retries that all failed: the last error is the most useful.
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
