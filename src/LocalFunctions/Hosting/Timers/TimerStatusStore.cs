using System.Text.Json;
using LocalFunctions.Hosting.State;

namespace LocalFunctions.Hosting.Timers;

/// <summary>One small file per timer function. A status that is lost or damaged counts as never written: at worst a due time that was
/// already served is served again.</summary>
internal sealed class TimerStatusStore(StateDirectory directory)
{
    private readonly Lock gate = new();
    private bool closed;

    public TimerStatus? Read(string function)
    {
        try
        {
            return JsonSerializer.Deserialize<TimerStatus>(File.ReadAllBytes(PathOf(function)), JsonSerializerOptions.Web);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    public void Write(string function, TimerStatus status)
    {
        lock (gate)
        {
            if (!closed)
            {
                StateDirectory.Create(directory.TimerStatuses);
                AtomicFile.Replace(PathOf(function), JsonSerializer.SerializeToUtf8Bytes(status, JsonSerializerOptions.Web));
            }
        }
    }

    /// <summary>Nothing is written any more: the state directory may soon be another process's, while a run that was cut off goes on.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
        }
    }

    // Function names are letters, digits, '-' and '_' and unique without regard to case.
    private string PathOf(string function) => Path.Combine(directory.TimerStatuses, function.ToLowerInvariant() + ".json");
}
