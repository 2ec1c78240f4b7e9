namespace Microsoft.DurableTask;

/// <summary>An activity or sub-orchestration that an orchestrator awaited failed.</summary>
public sealed class TaskFailedException : Exception
{
    /// <summary>A failure with the exception that caused it.</summary>
    /// <param name="taskName">The task that failed.</param>
    /// <param name="taskId">Its id in the history of the orchestration.</param>
    /// <param name="innerException">What it threw.</param>
    public TaskFailedException(string taskName, int taskId, Exception innerException)
        : base(MessageOf(taskName, taskId, innerException.Message), innerException)
    {
        TaskName = taskName;
        TaskId = taskId;
        FailureDetails = TaskFailureDetails.FromException(innerException);
    }

    /// <summary>A failure with its details.</summary>
    /// <param name="taskName">The task that failed.</param>
    /// <param name="taskId">Its id in the history of the orchestration.</param>
    /// <param name="failureDetails">How it failed.</param>
    public TaskFailedException(string taskName, int taskId, TaskFailureDetails failureDetails)
        : base(MessageOf(taskName, taskId, failureDetails.ErrorMessage))
    {
        TaskName = taskName;
        TaskId = taskId;
        FailureDetails = failureDetails;
    }

    /// <summary>The task that failed.</summary>
    public string TaskName { get; }

    /// <summary>Its id in the history of the orchestration.</summary>
    public int TaskId { get; }

    /// <summary>How it failed.</summary>
    public TaskFailureDetails FailureDetails { get; }

    private static string MessageOf(string taskName, int taskId, string detail) =>
        $"Task '{taskName}' (#{taskId}) failed with an unhandled exception: {detail}";
}
