namespace Microsoft.DurableTask;

public abstract partial class TaskOrchestrationContext
{
    /// <summary>Calls an activity whose result does not matter.</summary>
    /// <param name="name">The activity.</param>
    /// <param name="input">Its input.</param>
    /// <param name="options">How to call it.</param>
    /// <returns>Completes when the activity has.</returns>
    /// <exception cref="TaskFailedException">When awaited: the activity failed.</exception>
    public virtual Task CallActivityAsync(TaskName name, object? input = null, TaskOptions? options = null) =>
        CallActivityAsync<object?>(name, input, options);

    /// <summary>Calls an activity without input whose result does not matter.</summary>
    /// <param name="name">The activity.</param>
    /// <param name="options">How to call it.</param>
    /// <returns>Completes when the activity has.</returns>
    /// <exception cref="TaskFailedException">When awaited: the activity failed.</exception>
    public virtual Task CallActivityAsync(TaskName name, TaskOptions options) => CallActivityAsync(name, input: null, options);

    /// <summary>Calls an activity without input.</summary>
    /// <typeparam name="TResult">The type of its result.</typeparam>
    /// <param name="name">The activity.</param>
    /// <param name="options">How to call it.</param>
    /// <returns>Its result.</returns>
    /// <exception cref="TaskFailedException">When awaited: the activity failed.</exception>
    public virtual Task<TResult> CallActivityAsync<TResult>(TaskName name, TaskOptions options) =>
        CallActivityAsync<TResult>(name, input: null, options);

    /// <summary>Calls an activity. It runs at least once; after a crash possibly again.</summary>
    /// <typeparam name="TResult">The type of its result.</typeparam>
    /// <param name="name">The activity.</param>
    /// <param name="input">Its input.</param>
    /// <param name="options">How to call it.</param>
    /// <returns>Its result.</returns>
    /// <exception cref="TaskFailedException">When awaited: the activity failed.</exception>
    public abstract Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null);

    /// <summary>Runs another orchestration as part of this one.</summary>
    /// <typeparam name="TResult">The type of its result.</typeparam>
    /// <param name="orchestratorName">The orchestrator.</param>
    /// <param name="input">Its input.</param>
    /// <param name="options">How to call it.</param>
    /// <returns>Its result.</returns>
    /// <exception cref="TaskFailedException">When awaited: the orchestration failed or was terminated.</exception>
    public abstract Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null);

    /// <summary>Runs another orchestration without input as part of this one.</summary>
    /// <typeparam name="TResult">The type of its result.</typeparam>
    /// <param name="orchestratorName">The orchestrator.</param>
    /// <param name="options">How to call it.</param>
    /// <returns>Its result.</returns>
    /// <exception cref="TaskFailedException">When awaited: the orchestration failed or was terminated.</exception>
    public virtual Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, TaskOptions options) =>
        CallSubOrchestratorAsync<TResult>(orchestratorName, input: null, options);

    /// <summary>Runs another orchestration without input whose result does not matter.</summary>
    /// <param name="orchestratorName">The orchestrator.</param>
    /// <param name="options">How to call it.</param>
    /// <returns>Completes when the orchestration has.</returns>
    /// <exception cref="TaskFailedException">When awaited: the orchestration failed or was terminated.</exception>
    public virtual Task CallSubOrchestratorAsync(TaskName orchestratorName, TaskOptions options) =>
        CallSubOrchestratorAsync(orchestratorName, input: null, options);

    /// <summary>Runs another orchestration whose result does not matter.</summary>
    /// <param name="orchestratorName">The orchestrator.</param>
    /// <param name="input">Its input.</param>
    /// <param name="options">How to call it.</param>
    /// <returns>Completes when the orchestration has.</returns>
    /// <exception cref="TaskFailedException">When awaited: the orchestration failed or was terminated.</exception>
    public virtual Task CallSubOrchestratorAsync(TaskName orchestratorName, object? input = null, TaskOptions? options = null) =>
        CallSubOrchestratorAsync<object?>(orchestratorName, input, options);
}
