namespace LocalFunctions.Durable.Machine;

/// <summary>Starts work on a scheduler; its continuations run there too.</summary>
internal static class SchedulerExtensions
{
    /// <summary>Starts asynchronous work.</summary>
    public static Task RunAsync(this TaskScheduler scheduler, Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler).Unwrap();

    /// <summary>Starts work.</summary>
    public static Task<T> RunAsync<T>(this TaskScheduler scheduler, Func<T> work, CancellationToken cancellation = default) =>
        Task.Factory.StartNew(work, cancellation, TaskCreationOptions.DenyChildAttach, scheduler);
}
