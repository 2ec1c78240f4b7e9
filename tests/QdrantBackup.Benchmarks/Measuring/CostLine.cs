namespace QdrantBackup.Benchmarks.Measuring;

/// <summary>
/// One kind of work, run on little and on much in every round. The difference is what the bytes cost; the rest is what the program takes to start: loading, compiling, deriving keys.
/// </summary>
internal sealed class CostLine(string name)
{
    private readonly List<(Sized Small, Sized Large)> _rounds = [];

    public string Name => name;

    /// <summary>Processor seconds for every GiB beyond the first ones, of each round.</summary>
    public IEnumerable<double> PerGiB => _rounds.Select(r => PerGiBOf(r.Small, r.Large));

    /// <summary>Processor seconds of the larger run, start counted in, for every GiB; of each round.</summary>
    public IEnumerable<double> WithStartPerGiB => _rounds.Select(r => r.Large.Cost.CpuSeconds / r.Large.GiB);

    /// <summary>The most memory that any run took, in MiB.</summary>
    public double PeakMiB => _rounds.Max(r => Math.Max(r.Small.Cost.PeakBytes, r.Large.Cost.PeakBytes)) / 1048576.0;

    public void Add(RunCost small, long smallBytes, RunCost large, long largeBytes) => _rounds.Add((new Sized(small, smallBytes), new Sized(large, largeBytes)));

    /// <summary>The middle of the rounds' ratios to another line.</summary>
    public double RatioTo(CostLine other) => Ratio(PerGiB, other.PerGiB);

    /// <summary>The same with what each takes to start.</summary>
    public double RatioWithStartTo(CostLine other) => Ratio(WithStartPerGiB, other.WithStartPerGiB);

    public override string ToString()
    {
        var start = Report.Median(_rounds.Select(r => r.Large.Cost.CpuSeconds - (PerGiBOf(r.Small, r.Large) * r.Large.GiB)));
        var speed = Report.Median(_rounds.Select(r => r.Large.GiB * 1024 / r.Large.Cost.Seconds));
        return $"{name,-32} {Report.Median(PerGiB),6:0.00} s/GiB + {start,5:0.00} s   with start {Report.Median(WithStartPerGiB),6:0.00} s/GiB   "
            + $"peak {PeakOf(r => r.Small),4:0} and {PeakOf(r => r.Large),4:0} MiB   {speed,5:0} MiB/s";
    }

    private static double Ratio(IEnumerable<double> one, IEnumerable<double> other) => Report.Median(one.Zip(other, (a, b) => a / b));

    private static double PerGiBOf(Sized small, Sized large) => (large.Cost.CpuSeconds - small.Cost.CpuSeconds) / (large.GiB - small.GiB);

    private double PeakOf(Func<(Sized Small, Sized Large), Sized> which) => _rounds.Max(r => which(r).Cost.PeakBytes) / 1048576.0;

    private sealed record Sized(RunCost Cost, long Bytes)
    {
        public double GiB => Bytes / 1073741824.0;
    }
}
