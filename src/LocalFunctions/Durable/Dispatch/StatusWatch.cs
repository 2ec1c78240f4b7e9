namespace LocalFunctions.Durable.Dispatch;

/// <summary>Completes the watches of an instance when it changes.</summary>
internal sealed class StatusWatch
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TaskCompletionSource> _watched = new(StringComparer.Ordinal);

    /// <summary>Completes at the next change. Call it before reading the instance, and no change is missed.</summary>
    public Task NextChange(string instanceId)
    {
        lock (_gate)
        {
            if (!_watched.TryGetValue(instanceId, out var change))
            {
                _watched.Add(instanceId, change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            return change.Task;
        }
    }

    /// <summary>Completes all watches: the database is closed, and each watcher finds that out when it reads.</summary>
    public void Close()
    {
        lock (_gate)
        {
            foreach (var change in _watched.Values)
            {
                change.SetResult();
            }

            _watched.Clear();
        }
    }

    /// <summary>An instance changed.</summary>
    public void Changed(string instanceId)
    {
        lock (_gate)
        {
            if (_watched.Remove(instanceId, out var change))
            {
                change.SetResult();
            }
        }
    }
}
