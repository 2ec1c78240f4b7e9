using System.Diagnostics;

namespace LocalFunctions.Benchmarks;

/// <summary>Prints figures, and whether what must hold does.</summary>
internal sealed class Report
{
    /// <summary>Whether everything that must hold does, so far.</summary>
    public bool Holds { get; private set; } = true;

    /// <summary>A heading.</summary>
    public static void Begin(string heading) => Console.WriteLine(heading);

    /// <summary>A figure.</summary>
    public static void Tell(string what, string figure) => Console.WriteLine($"  {what,-62} {figure}");

    /// <summary>Measures how long some work takes.</summary>
    public static async Task<TimeSpan> TimeAsync(Func<Task> work)
    {
        var clock = Stopwatch.StartNew();
        await work();
        return clock.Elapsed;
    }

    /// <summary>Something that must hold.</summary>
    public void Require(string what, double value, double atMost)
    {
        var holds = value <= atMost;
        Holds &= holds;
        Console.WriteLine($"  {what,-62} {value:0.00}, at most {atMost:0.00}: {(holds ? "holds" : "DOES NOT HOLD")}");
    }
}
