namespace LocalFunctions.Soak.World;

/// <summary>Where the tasks of one process wait for their step. When the process dies, they and all that they would have led to are gone.</summary>
internal sealed class Lane(SimulatedWorld world, string name) : TaskScheduler
{
    public string Name => name;

    /// <summary>Whether its process lives.</summary>
    public bool IsAlive { get; private set; } = true;

    public void Die() => IsAlive = false;

    /// <summary>Takes the step of a task.</summary>
    public void Run(Task task) => TryExecuteTask(task);

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        if (IsAlive)
        {
            world.Enqueue(this, task);
        }
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
