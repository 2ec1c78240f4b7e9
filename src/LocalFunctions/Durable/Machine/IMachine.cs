using LocalFunctions.Durable.Storage;

namespace LocalFunctions.Durable.Machine;

/// <summary>
/// The machine that an engine runs on: its clock, its threads, its chance and its disk. Nothing else in the engine depends on anything but what it is told, so an
/// engine on a machine that repeats itself repeats itself.
/// </summary>
internal interface IMachine
{
    /// <summary>The clock.</summary>
    TimeProvider Time { get; }

    /// <summary>Where everything runs but orchestrators. What awaits there goes on there.</summary>
    TaskScheduler Background { get; }

    /// <summary>
    /// Where orchestrators run, so many at a time: an orchestrator that does not return holds up one of them and nothing else. Dispose the scheduler, where it can be
    /// disposed, to give the threads back.
    /// </summary>
    TaskScheduler StartThreads(string name, int count);

    /// <summary>An id that was never given before: 32 hexadecimal digits.</summary>
    string NewId();

    /// <summary>Opens or makes the database of an engine.</summary>
    /// <exception cref="DurableStorageException">It cannot be used.</exception>
    IDurableDatabase Open(string path);
}
