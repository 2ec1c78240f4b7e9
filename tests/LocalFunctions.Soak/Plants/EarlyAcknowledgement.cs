using LocalFunctions.Durable.Storage;
using LocalFunctions.Soak.World;

namespace LocalFunctions.Soak.Plants;

/// <summary>A write is acknowledged when its statements have run, before they are committed; the commit follows a little later, if nothing comes between.</summary>
internal sealed class EarlyAcknowledgement : Plant
{
    /// <inheritdoc/>
    public override IDurableDatabase Around(IDurableDatabase database)
    {
        HasTaken = true;
        return new Hasty(database);
    }

    private sealed class Hasty(IDurableDatabase inner) : IDurableDatabase
    {
        public async Task<T> WriteAsync<T>(Func<SqlSession, T> statements, CancellationToken cancellation = default)
        {
            var early = new TaskCompletionSource<T>();
            _ = inner.WriteAsync(
                session =>
                {
                    var result = statements(session);
                    early.TrySetResult(result);
                    return result;
                },
                cancellation).ContinueWith(
                    write => early.TrySetException(write.Exception!.InnerExceptions),
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Current);
            return await early.Task;
        }

        public Task<T> ReadAsync<T>(Func<SqlSession, T> queries, CancellationToken cancellation = default) => inner.ReadAsync(queries, cancellation);

        public void Dispose() => inner.Dispose();
    }
}
