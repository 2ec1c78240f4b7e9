using System.Collections.Concurrent;
using LocalFunctions.Durable.Storage;

namespace LocalFunctions.Durable.Dispatch;

/// <summary>
/// Instances that an earlier process left and that this one does not continue by itself: they get no turns, and their activities do not run, until a client resumes or
/// terminates them. Children share the fate of the instance at the top, which a person knows.
/// </summary>
internal sealed class InterruptedInstances
{
    private readonly ConcurrentDictionary<string, string> _tops = new(StringComparer.Ordinal);

    /// <summary>How many they are, children included.</summary>
    public int Count => _tops.Count;

    /// <summary>Whether an instance is interrupted.</summary>
    public bool Contains(string instanceId) => _tops.ContainsKey(instanceId);

    /// <summary>Notes what is not continued of the instances that an earlier process left.</summary>
    /// <returns>The ids of the others, which are continued.</returns>
    public List<string> Sort(IReadOnlyList<LeftRow> left, Func<LeftInstance, bool> isContinued)
    {
        var rows = left.ToDictionary(row => row.Id, StringComparer.Ordinal);
        var continued = new List<string>();
        foreach (var row in left)
        {
            var top = TopOf(row, rows);
            if (isContinued(new LeftInstance(top.Name, top.IsBound)))
            {
                continued.Add(row.Id);
            }
            else
            {
                _tops[row.Id] = top.Id;
            }
        }

        return continued;
    }

    /// <summary>An interrupted instance with all others of its tree; none if it is not interrupted.</summary>
    public List<string> TreeOf(string instanceId) =>
        _tops.TryGetValue(instanceId, out var top) ? [.. _tops.Where(pair => pair.Value == top).Select(pair => pair.Key)] : [];

    /// <summary>Lets instances have turns again.</summary>
    public void Release(IEnumerable<string> instanceIds)
    {
        foreach (var id in instanceIds)
        {
            _tops.TryRemove(id, out _);
        }
    }

    // The name of a parent that is gone is still known.
    private static LeftRow TopOf(LeftRow row, Dictionary<string, LeftRow> rows)
    {
        while (row.Parent is { } parent)
        {
            if (!rows.TryGetValue(parent.InstanceId, out var above))
            {
                return row with { Id = parent.InstanceId, Name = parent.Name };
            }

            row = above;
        }

        return row;
    }
}
