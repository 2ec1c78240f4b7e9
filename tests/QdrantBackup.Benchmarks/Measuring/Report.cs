namespace QdrantBackup.Benchmarks.Measuring;

/// <summary>Prints figures, and whether what must hold does.</summary>
internal sealed class Report(TextWriter output)
{
    /// <summary>Prints to the console.</summary>
    public Report()
        : this(Console.Out)
    {
    }

    /// <summary>Whether every target is met, so far.</summary>
    public bool Holds { get; private set; } = true;

    /// <summary>A heading, with what the machine does besides.</summary>
    public void Begin(string heading) => output.WriteLine($"{heading} ({Environment.ProcessorCount} processors, load {Load()})");

    /// <summary>A figure, or a line of a table.</summary>
    public void Tell(string line) => output.WriteLine($"  {line}");

    /// <summary>A figure that must stay at or under its target.</summary>
    public void AtMost(string what, double value, double target, string unit = "") => Judge(what, value, value <= target, $"at most {target:0.00}{unit}", unit);

    /// <summary>A figure that must reach its target.</summary>
    public void AtLeast(string what, double value, double target, string unit = "") => Judge(what, value, value >= target, $"at least {target:0.00}{unit}", unit);

    /// <summary>The middle one.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private void Judge(string what, double value, bool holds, string target, string unit)
    {
        Holds &= holds;
        output.WriteLine($"  {what,-72} {value,8:0.00}{unit}, {target}: {(holds ? "holds" : "MISSED")}");
    }

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
