using System.Globalization;
using System.Text;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Durable.Storage;

/// <summary>Pages of instances, oldest first. A page starts after a place, not at a number, so that every page costs the same.</summary>
internal static class InstanceQuery
{
    private const string Light = "id, execution_id, name, status, created, updated, tags, NULL, NULL, NULL, NULL, NULL, bound";

    /// <summary>One page.</summary>
    /// <exception cref="ArgumentException">The continuation token is not one of ours.</exception>
    public static Page<InstanceRow> Page(SqlSession session, OrchestrationQuery query, int size, string? continuationToken)
    {
        var (conditions, values) = Conditions(query, continuationToken);
        var where = conditions.Count == 0 ? "" : "WHERE " + string.Join(" AND ", conditions);
        var columns = query.FetchInputsAndOutputs ? InstanceTable.Columns : Light;

        // One more than the page holds shows whether there is a next one.
        var rows = session.Query(
            $"SELECT {columns} FROM instances {where} ORDER BY created, id LIMIT {size + 1}", InstanceTable.Read, [.. values]);
        return rows.Count <= size
            ? new Page<InstanceRow>(rows)
            : new Page<InstanceRow>(rows.GetRange(0, size), Token(rows[size - 1]));
    }

    private static (List<string> Conditions, List<object?> Values) Conditions(OrchestrationQuery query, string? continuationToken)
    {
        var conditions = new List<string>();
        var values = new List<object?>();
        if (query.CreatedFrom is { } from)
        {
            values.Add(from.UtcTicks);
            conditions.Add($"created >= ${values.Count}");
        }

        if (query.CreatedTo is { } to)
        {
            values.Add(to.UtcTicks);
            conditions.Add($"created <= ${values.Count}");
        }

        if (query.Statuses?.ToList() is { Count: > 0 } statuses)
        {
            conditions.Add($"status IN ({string.Join(", ", statuses.Select(status => (int)status))})");
        }

        if (!string.IsNullOrEmpty(query.InstanceIdPrefix))
        {
            // The index uses the range, which may be a little too wide; the comparison is exact.
            values.Add(query.InstanceIdPrefix);
            conditions.Add($"id >= ${values.Count} AND substr(id, 1, length(${values.Count})) = ${values.Count}");
            values.Add(query.InstanceIdPrefix + "\U0010FFFF");
            conditions.Add($"id < ${values.Count}");
        }

        if (continuationToken is not null)
        {
            var (created, id) = Place(continuationToken);
            values.Add(created);
            values.Add(id);
            conditions.Add($"(created, id) > (${values.Count - 1}, ${values.Count})");
        }

        return (conditions, values);
    }

    private static string Token(InstanceRow last) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{last.Created.UtcTicks}|{last.Id}")));

    private static (long Created, string Id) Place(string token)
    {
        try
        {
            var place = Encoding.UTF8.GetString(Convert.FromBase64String(token));
            var bar = place.IndexOf('|', StringComparison.Ordinal);
            return (long.Parse(place.AsSpan(0, Math.Max(bar, 0)), CultureInfo.InvariantCulture), place[(bar + 1)..]);
        }
        catch (FormatException failure)
        {
            throw new ArgumentException($"'{token}' is not a continuation token of this query.", nameof(token), failure);
        }
    }
}
