using LocalFunctions.Durable.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Durable.Client;

/// <summary>The instances that a query selects.</summary>
internal sealed class InstancePages(
    IDurableDatabase database, OrchestrationQuery query, Func<InstanceRow, OrchestrationRuntimeStatus> statusOf, Func<InstanceRow, bool, OrchestrationMetadata> read)
    : AsyncPageable<OrchestrationMetadata>
{
    private const int MaxPageSize = 1000;

    /// <inheritdoc/>
    public override async IAsyncEnumerable<Page<OrchestrationMetadata>> AsPages(string? continuationToken = default, int? pageSizeHint = default)
    {
        var size = Math.Clamp(pageSizeHint ?? query.PageSize, 1, MaxPageSize);
        var token = continuationToken ?? query.ContinuationToken;
        do
        {
            var page = await database.ReadAsync(session => InstanceQuery.Page(session, Wide(query), size, token));
            token = page.ContinuationToken;
            yield return new Page<OrchestrationMetadata>([.. page.Values.Where(IsAskedFor).Select(row => read(row, query.FetchInputsAndOutputs))], token);
        }
        while (token is not null);
    }

    private bool IsAskedFor(InstanceRow row) => query.Statuses is not { } statuses || !statuses.Any() || statuses.Contains(statusOf(row));

    // An interrupted instance is suspended for callers, and in the database what it was before.
    private static OrchestrationQuery Wide(OrchestrationQuery query) => query.Statuses?.Contains(OrchestrationRuntimeStatus.Suspended) == true
        ? query with { Statuses = [.. query.Statuses, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending] }
        : query;
}
