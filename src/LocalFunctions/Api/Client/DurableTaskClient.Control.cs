namespace Microsoft.DurableTask.Client;

public abstract partial class DurableTaskClient
{
    /// <summary>Ends an instance without running its code again; activities that run go on, their results are dropped.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Completes when the request is on disk.</returns>
    public virtual Task TerminateInstanceAsync(string instanceId, CancellationToken cancellation) =>
        TerminateInstanceAsync(instanceId, options: null, cancellation);

    /// <summary>Ends an instance without running its code again; activities that run go on, their results are dropped.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="output">Its output.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Completes when the request is on disk.</returns>
    public virtual Task TerminateInstanceAsync(string instanceId, object? output, CancellationToken cancellation = default) =>
        TerminateInstanceAsync(instanceId, new TerminateInstanceOptions(output), cancellation);

    /// <summary>Ends an instance without running its code again; activities that run go on, their results are dropped.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Completes when the request is on disk.</returns>
    /// <exception cref="global::Grpc.Core.RpcException">There is no such instance (NotFound) or it has ended (FailedPrecondition).</exception>
    public abstract Task TerminateInstanceAsync(string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default);

    /// <summary>Stops an instance until it is resumed.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Completes when the request is on disk.</returns>
    public virtual Task SuspendInstanceAsync(string instanceId, CancellationToken cancellation) =>
        SuspendInstanceAsync(instanceId, reason: null, cancellation);

    /// <summary>Stops an instance until it is resumed; events and results are kept meanwhile.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Completes when the request is on disk.</returns>
    /// <exception cref="global::Grpc.Core.RpcException">There is no such instance (NotFound) or it has ended (FailedPrecondition).</exception>
    public abstract Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>Lets a suspended instance go on.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Completes when the request is on disk.</returns>
    public virtual Task ResumeInstanceAsync(string instanceId, CancellationToken cancellation) =>
        ResumeInstanceAsync(instanceId, reason: null, cancellation);

    /// <summary>Lets a suspended instance go on.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Completes when the request is on disk.</returns>
    /// <exception cref="global::Grpc.Core.RpcException">There is no such instance (NotFound) or it has ended (FailedPrecondition).</exception>
    public abstract Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>An instance, without input and output.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The instance; null if there is none.</returns>
    public virtual Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, CancellationToken cancellation) =>
        GetInstanceAsync(instanceId, getInputsAndOutputs: false, cancellation);

    /// <summary>An instance.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="getInputsAndOutputs">Whether input, output, custom status and failure details are fetched.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The instance; null if there is none.</returns>
    public abstract Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default);

    /// <summary>All instances that a query selects, page by page.</summary>
    /// <param name="filter">The query; everything if null.</param>
    /// <returns>The instances.</returns>
    public abstract AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null);

    /// <summary>Forgets an instance that has ended.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>How many were forgotten: 0 if there is none.</returns>
    public virtual Task<PurgeResult> PurgeInstanceAsync(string instanceId, CancellationToken cancellation) =>
        PurgeInstanceAsync(instanceId, options: null, cancellation);

    /// <summary>Forgets an instance that has ended.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>How many were forgotten: 0 if there is none.</returns>
    /// <exception cref="InvalidOperationException">The instance has not ended.</exception>
    public abstract Task<PurgeResult> PurgeInstanceAsync(string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default);

    /// <summary>Forgets all ended instances that a filter selects.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>How many were forgotten.</returns>
    public virtual Task<PurgeResult> PurgeAllInstancesAsync(PurgeInstancesFilter filter, CancellationToken cancellation) =>
        PurgeAllInstancesAsync(filter, options: null, cancellation);

    /// <summary>Forgets all ended instances that a filter selects.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>How many were forgotten.</returns>
    public abstract Task<PurgeResult> PurgeAllInstancesAsync(PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default);

    /// <summary>Starts an instance again with the input it had.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="restartWithNewInstanceId">Whether the new one gets a new id; otherwise it replaces the old one, which must have ended.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The id of the new instance.</returns>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    /// <exception cref="InvalidOperationException">The instance has not ended and its id was to be used again.</exception>
    public virtual Task<string> RestartAsync(string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default) =>
        throw new NotSupportedException("This client cannot restart instances.");
}
