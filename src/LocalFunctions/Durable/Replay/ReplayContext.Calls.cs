using LocalFunctions.Durable.History;
using Microsoft.DurableTask;

namespace LocalFunctions.Durable.Replay;

internal sealed partial class ReplayContext
{
    /// <inheritdoc/>
    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        GuardInput(input, options);
        return Retrying(options?.Retry, () => CallOnce<TResult>(() =>
            Action(HistoryEventType.TaskScheduled, Ledger.TakeId()) with { Name = name.Name, Input = payloads.Serialize(input) }));
    }

    /// <inheritdoc/>
    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        GuardInput(input, options);

        // One id for all attempts of the call, and one step of the counter.
        var child = (options as SubOrchestrationOptions)?.InstanceId ?? NewGuid().ToString("N");
        RefuseEntity(child, nameof(options));
        return Retrying(options?.Retry, () => CallOnce<TResult>(() =>
            Action(HistoryEventType.SubOrchestrationInstanceCreated, Ledger.TakeId()) with
            {
                Name = orchestratorName.Name,
                InstanceId = child,
                Input = payloads.Serialize(input),
                Version = options?.Version is { } version ? version.Version : rules.DefaultVersion,
                Tags = Merged(options?.Tags),
            }));
    }

    private static void GuardInput(object? input, TaskOptions? options)
    {
        if (input is TaskOptions && options is null)
        {
            throw new ArgumentException("TaskOptions were passed as the input of a task; pass them as its options.", nameof(input));
        }
    }

    private async Task<TResult> CallOnce<TResult>(Func<HistoryEvent> action)
    {
        EnsureThread();
        return payloads.Deserialize<TResult>(await Ledger.Open(action()))!;
    }

    private IReadOnlyDictionary<string, string>? Merged(IDictionary<string, string>? own)
    {
        if (own is not { Count: > 0 })
        {
            return started.Tags;
        }

        var tags = new Dictionary<string, string>(started.Tags ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var (key, value) in own)
        {
            tags[key] = value;
        }

        return tags;
    }

    private async Task<TResult> Retrying<TResult>(TaskRetryOptions? retry, Func<Task<TResult>> call)
    {
        var firstAttempt = _now;
        for (var attempt = 1; ; attempt++)
        {
            TaskFailedException failure;
            try
            {
                return await call();
            }
            catch (TaskFailedException failed) when (retry is not null)
            {
                failure = failed;
            }

            if (!await ShallRetryAsync(retry, failure.FailureDetails, attempt, firstAttempt))
            {
                throw failure;
            }
        }
    }

    private async Task<bool> ShallRetryAsync(TaskRetryOptions retry, TaskFailureDetails failure, int attempt, DateTime firstAttempt)
    {
        if (retry.Handler is { } handler)
        {
            return await handler(new RetryContext(this, attempt, failure, _now - firstAttempt, CancellationToken.None));
        }

        var policy = retry.Policy!;
        if (!Handles(policy, failure) || IsOver(policy, firstAttempt))
        {
            return false;
        }

        // After the last attempt the official runtime starts one more timer, due at once, which histories of all versions hold.
        var isLast = attempt >= policy.MaxNumberOfAttempts;
        await StartTimer(isLast ? _now : _now.Add(RetryDelay.Before(attempt + 1, policy)), CancellationToken.None);
        return !isLast;
    }

    private bool IsOver(RetryPolicy policy, DateTime firstAttempt) =>
        policy.RetryTimeout != Timeout.InfiniteTimeSpan && _now - firstAttempt >= policy.RetryTimeout;

    private static bool Handles(RetryPolicy policy, TaskFailureDetails failure)
    {
        try
        {
            return policy.HandleFailure(failure);
        }
        catch (Exception)
        {
            // The failure of the task matters more than that of the predicate.
            return false;
        }
    }
}
