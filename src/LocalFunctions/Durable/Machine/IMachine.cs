using LocalFunctions.Durable.Storage;

namespace LocalFunctions.Durable.Machine;

/// <summary>
/// The machine that an engine runs on: its clock, threads, randomness and disk. The engine depends on nothing else from outside, so an
/// engine on a deterministic machine is deterministic.
/// </summary>
internal interface IMachine
{
    /// <summary>The clock.</summary>
    TimeProvider Time { get; }

    /// <summary>The scheduler of everything except orchestrators. Continuations run there too.</summary>
    TaskScheduler Background { get; }

    /// <summary>
    /// The scheduler of orchestrators, a limited number at a time: an orchestrator that does not return blocks one thread and nothing else. Dispose the scheduler, if it is
    /// disposable, to end its threads.
    /// </summary>
    TaskScheduler StartThreads(string name, int count);

    /// <summary>An id that was never given before: 32 hexadecimal digits.</summary>
    string NewId();

    /// <summary>Opens or makes the database of an engine.</summary>
    /// <exception cref="DurableStorageException">It cannot be used.</exception>
    IDurableDatabase Open(string path);
}
