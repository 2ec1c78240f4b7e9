using LocalFunctions.Durable.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Durable.Client;

/// <summary>The instances that a query selects.</summary>
internal sealed class InstancePages(IDurableDatabase database, OrchestrationQuery query, Func<InstanceRow, bool, OrchestrationMetadata> read)
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
            var page = await database.ReadAsync(session => InstanceQuery.Page(session, query, size, token));
            token = page.ContinuationToken;
            yield return new Page<OrchestrationMetadata>([.. page.Values.Select(row => read(row, query.FetchInputsAndOutputs))], token);
        }
        while (token is not null);
    }
}
