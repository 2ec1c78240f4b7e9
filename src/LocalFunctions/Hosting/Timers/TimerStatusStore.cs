using System.Text.Json;
using LocalFunctions.Hosting.State;

namespace LocalFunctions.Hosting.Timers;

/// <summary>One small file per timer function. A status that is lost or damaged counts as never written: at worst a due time that was
/// already served is served again.</summary>
internal sealed class TimerStatusStore(StateDirectory directory)
{
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
        StateDirectory.Create(directory.TimerStatuses);
        AtomicFile.Replace(PathOf(function), JsonSerializer.SerializeToUtf8Bytes(status, JsonSerializerOptions.Web));
    }

    // Function names are letters, digits, '-' and '_' and unique without regard to case.
    private string PathOf(string function) => Path.Combine(directory.TimerStatuses, function.ToLowerInvariant() + ".json");
}
