using System.Diagnostics;

namespace LocalFunctions.Benchmarks;

/// <summary>Prints figures, and whether what must hold does.</summary>
internal sealed class Report
{
    /// <summary>Whether everything that must hold does, so far.</summary>
    public bool Holds { get; private set; } = true;

    /// <summary>A heading, with what the machine does besides.</summary>
    public static void Begin(string heading) => Console.WriteLine($"{heading} ({Environment.ProcessorCount} processors, load {Load()})");

    /// <summary>A figure.</summary>
    public static void Tell(string what, string figure) => Console.WriteLine($"  {what,-62} {figure}");

    /// <summary>Measures what some work costs.</summary>
    /// <param name="units">How many of what is measured the work consists of.</param>
    /// <param name="work">The work.</param>
    public static async Task<Cost> MeasureAsync(int units, Func<Task> work)
    {
        var processor = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        await work();
        return new Cost(units, clock.Elapsed, Environment.CpuUsage.TotalTime - processor);
    }

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    /// <summary>Something that must hold.</summary>
    public void Require(string what, double value, double atMost)
    {
        var holds = value <= atMost;
        Holds &= holds;
        Console.WriteLine($"  {what,-62} {value:0.00}, at most {atMost:0.00}: {(holds ? "holds" : "DOES NOT HOLD")}");
    }
}

/// <summary>What some work cost.</summary>
/// <param name="Units">How many of what is measured.</param>
/// <param name="Elapsed">How long it took: mostly the disk, and whatever else the machine does.</param>
/// <param name="Processor">Time of processors, which other work on the machine changes little.</param>
internal sealed record Cost(int Units, TimeSpan Elapsed, TimeSpan Processor)
{
    /// <summary>Units in a second.</summary>
    public double PerSecond => Units / Elapsed.TotalSeconds;

    /// <summary>Microseconds of processor time for a unit.</summary>
    public double ProcessorMicroseconds => Processor.TotalMicroseconds / Units;

    /// <inheritdoc/>
    public override string ToString() => $"{Elapsed.TotalMicroseconds / Units,7:0} us, {ProcessorMicroseconds,5:0} us of processor time";
}
