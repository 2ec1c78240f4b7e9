using System.Runtime.ExceptionServices;

namespace QdrantBackup.Clusters;

/// <summary>Sends one upload over a connection of its own, which is broken off, never ended, when the bytes must not be trusted.</summary>
internal sealed class UploadRequest(QdrantNodeOptions options, NodeClient client)
{
    public async Task SendAsync(string operation, string path, SnapshotUpload upload, CancellationToken cancellationToken)
    {
        using var part = new SnapshotPart(upload, options.IdleTimeout, client.Time);
        using var request = client.Request(HttpMethod.Post, path);
        request.Content = part;
        request.Headers.ConnectionClose = true;
        UploadConnection? connection = null;
        using var handler = NodeHandler.Create(options);
        handler.PlaintextStreamFilter = (context, _) => ValueTask.FromResult<Stream>(connection = new UploadConnection(context.PlaintextStream, client.Time));
        using var http = new HttpMessageInvoker(handler);
        using var timeout = new CancellationTokenSource(Timeout.InfiniteTimeSpan, client.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var answer = http.SendAsync(request, linked.Token);
            if (await Task.WhenAny(answer, part.Sent.Task) == part.Sent.Task)
            {
                timeout.CancelAfter(options.RestoreTimeout);
            }

            using var response = await answer;
            if (!response.IsSuccessStatusCode)
            {
                throw await client.FailureAsync(operation, response, cancellationToken);
            }

            // Until the answer has been read to its end, the restore is not known to have succeeded.
            var result = await client.ResultAsync(operation, response, NodeJson.Default.EnvelopeNullableBoolean, cancellationToken);
            if (result.Result is not true)
            {
                throw client.Errors.Untrusted(operation, "the server took the snapshot but does not confirm that it restored it.");
            }
        }
        catch (Exception) when (part.WriteFailure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
            throw;
        }
        catch (Exception e) when (e is not (SourceException or OperationCanceledException) && cancellationToken.IsCancellationRequested)
        {
            // The request failed because the caller cancelled it.
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        catch (Exception e) when (e is not SourceException && !cancellationToken.IsCancellationRequested)
        {
            throw Explain(operation, e, part, connection);
        }
    }

    private SourceException Explain(string operation, Exception cause, SnapshotPart part, UploadConnection? connection)
    {
        if (connection?.EarlyAnswer is { } answer)
        {
            return client.Errors.Answered(operation, answer.Status, answer.Body);
        }

        return cause is OperationCanceledException || part.HasStalled
            ? client.Errors.Stalled(operation, part.Sent.Task.IsCompleted ? options.RestoreTimeout : options.IdleTimeout)
            : client.Errors.Broken(operation, cause);
    }
}
