using System.Globalization;
using QdrantBackup.Harness;

namespace QdrantBackup.Benchmarks.Measuring;

/// <summary>What one process cost, the children it waited for included, as the kernel counted when it ended.</summary>
/// <param name="CpuSeconds">Seconds of processors, its own and the system's for it.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="PeakBytes">The most memory that one of them ever had resident.</param>
internal sealed record RunCost(double CpuSeconds, double Seconds, long PeakBytes)
{
    /// <summary>Longer than any program takes that is measured.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(2);

    private const string Time = "/usr/bin/time";

    /// <summary>
    /// Runs a program to its end by <c>time</c>, whose own process is small: a child's peak begins with what it was forked from.
    /// </summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    /// <param name="input">The file to read as standard input, or none.</param>
    /// <param name="output">The file to write standard output to; nowhere without one.</param>
    /// <exception cref="InvalidOperationException">It failed; the message holds its output.</exception>
    public static async Task<RunCost> OfAsync(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null, string input = "/dev/null", string output = "/dev/null")
    {
        using var folder = new TempFolder("time");
        var costs = folder.File("costs");
        string[] timed = [Time, "-o", costs, "-f", "%U %S %e %M", "sh", "-c", "in=$1 out=$2; shift 2; exec \"$@\" <\"$in\" >\"$out\"", "sh", input, output, .. command];
        var result = await Installation.ProgramAsync(timed, environment, bound: Longest);
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {result.ExitCode}: {result.Errors}");
        }

        double[] figures = [.. File.ReadLines(costs).Last().Split(' ').Select(f => double.Parse(f, CultureInfo.InvariantCulture))];
        return new RunCost(figures[0] + figures[1], figures[2], (long)figures[3] << 10);
    }
}
