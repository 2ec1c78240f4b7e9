using System.Globalization;
using QdrantBackup.Benchmarks.Data;
using QdrantBackup.Benchmarks.Measuring;
using QdrantBackup.Benchmarks.Peers;
using QdrantBackup.Benchmarks.Pipeline;

namespace QdrantBackup.Benchmarks;

/// <summary>
/// What backup, second backup and restore cost in processor time and memory, each a process of its own with its start counted in, beside other tools in the same round. Everything
/// reads one file by standard input and stores in memory (tmpfs), so no disk is in the figures. Ratios are of a round; what is told is the middle one.
/// </summary>
internal sealed class StoreBenchmark
{
    private const int Rounds = 3;
    private const int MemoryLimitMiB = 256;
    private const string OneByte = "one-byte";
    private const string Discarded = "backup, store that discards";
    private const string Backup = "backup";
    private const string Second = "second backup";
    private const string Restore = "restore";

    private readonly Report _report = new();
    private readonly MemoryFolder _folder;
    private readonly Peer[] _peers;
    private readonly Dictionary<string, List<RunCost>> _costs = new(StringComparer.Ordinal);

    private StoreBenchmark(MemoryFolder folder) => (_folder, _peers) = (folder, [new Rclone(folder.Path), new Restic(folder.Path), new PlainCopy(folder.Path)]);

    private string Store => _folder.File("store");

    /// <summary>Runs it with so many MiB of each kind of data (1024 by default), or of one kind.</summary>
    public static async Task<bool> RunAsync(string? mebibytes, string? only)
    {
        var size = long.Parse(mebibytes ?? "1024", CultureInfo.InvariantCulture) << 20;
        using var folder = new MemoryFolder();
        var benchmark = new StoreBenchmark(folder);
        benchmark._report.Begin($"store: {Rounds} rounds of {size >> 20} MiB in {(folder.IsInMemory ? "memory" : "a TEMPORARY FOLDER ON DISK")}; beside {string.Join(", ", benchmark._peers.Select(p => p.Version))}");
        foreach (var data in DataSet.All.Where(d => only is null || d.Name == only))
        {
            await benchmark.MeasureAsync(data, size);
        }

        return benchmark._report.Holds;
    }

    private async Task MeasureAsync(DataSet data, long size)
    {
        var file = _folder.File("data");
        await using (var stream = File.Create(file))
        {
            data.Write(stream, size);
        }

        await File.WriteAllBytesAsync(_folder.File(OneByte), [0]);
        _costs.Clear();
        _report.Tell($"{data.Name}: {data.Description}");
        for (var round = 0; round < Rounds; round++)
        {
            await RoundAsync(file);
        }

        var length = new FileInfo(file).Length;
        foreach (var (what, costs) in _costs)
        {
            Show(what, costs, length);
        }

        Judge(data);
        if (data == DataSet.Random)
        {
            await QuarterAsync(file, length / 4);
        }

        _folder.Remove("data");
    }

    private async Task RoundAsync(string file)
    {
        await RunCost.OfAsync(PassProcess.Command("init", Store, _folder.Path));
        await AddAsync("start alone", PassProcess.Command("idle", Store, _folder.Path));
        await AddAsync(Discarded, PassProcess.Command("backup", "discard", _folder.Path, "discarded"), file);
        await AddAsync(Backup, PassProcess.Command("backup", Store, _folder.Path, "first"), file);
        await AddAsync(Second, PassProcess.Command("backup", Store, _folder.Path, "second", "first"), file);
        await AddAsync(Restore, PassProcess.Command("restore", Store, _folder.Path, "second"));
        _folder.Remove("store");
        _folder.Remove("store.key");
        foreach (var peer in _peers)
        {
            var name = peer.GetType().Name;
            await peer.InitialiseAsync();
            Add($"{name}: start alone", await peer.BackUpAsync(_folder.File(OneByte), "nothing"));
            Add($"{name}: backup", await peer.BackUpAsync(file, "data"));
            if (peer is Restic)
            {
                Add($"{name}: second backup", await peer.BackUpAsync(file, "data"));
            }

            Add($"{name}: restore", await peer.RestoreAsync("data"));
            Directory.Delete(peer.Repository, recursive: true);
        }
    }

    /// <summary>Memory does not follow the size: a quarter of the same takes as much.</summary>
    private async Task QuarterAsync(string file, long length)
    {
        await using (var stream = File.OpenWrite(file))
        {
            stream.SetLength(length);
        }

        await RunCost.OfAsync(PassProcess.Command("init", Store, _folder.Path));
        var backup = await RunCost.OfAsync(PassProcess.Command("backup", Store, _folder.Path, "first"), input: file);
        var restore = await RunCost.OfAsync(PassProcess.Command("restore", Store, _folder.Path, "first"));
        _folder.Remove("store");
        _folder.Remove("store.key");
        _report.Tell($"a quarter of it: peak of backup {backup.PeakBytes >> 20} MiB, of restore {restore.PeakBytes >> 20} MiB");
    }

    private void Judge(DataSet data)
    {
        if (data == DataSet.Random)
        {
            _report.AtMost("random: CPU of backup / rclone crypt rcat", Ratio(Backup, "Rclone: backup"), 0.5);
            _report.AtMost("random: CPU of backup / restic backup", Ratio(Backup, "Restic: backup"), 0.25);
            _report.Tell($"  the same without what each takes to start: {NetRatio(Backup, "Rclone"):0.00} and {NetRatio(Backup, "Restic"):0.00}; into a store that discards: {NetRatio(Discarded, "Rclone"):0.00} and {NetRatio(Discarded, "Restic"):0.00}");
        }
        else
        {
            _report.Tell($"{data.Name}: CPU of backup / rclone crypt rcat {Ratio(Backup, "Rclone: backup"):0.00}, / restic backup {Ratio(Backup, "Restic: backup"):0.00} (no target)");
        }

        _report.AtMost($"{data.Name}: CPU of restore / backup", Ratio(Restore, Backup), 1.0);
        var peak = new[] { Discarded, Backup, Second, Restore }.SelectMany(what => _costs[what]).Max(c => c.PeakBytes);
        _report.AtMost($"{data.Name}: peak memory", peak / 1048576.0, MemoryLimitMiB, " MiB");
    }

    private double Ratio(string what, string to) => Report.Median(_costs[what].Zip(_costs[to], (a, b) => a.CpuSeconds / b.CpuSeconds));

    private double NetRatio(string what, string peer) => Report.Median(Net(what, "start alone").Zip(Net($"{peer}: backup", $"{peer}: start alone"), (a, b) => a / b));

    private IEnumerable<double> Net(string what, string start) => _costs[what].Zip(_costs[start], (a, b) => a.CpuSeconds - b.CpuSeconds);

    private void Show(string what, List<RunCost> costs, long length)
    {
        var isStart = what.EndsWith("start alone", StringComparison.Ordinal);
        var cpu = Report.Median(costs.Select(c => c.CpuSeconds)) / (isStart ? 1 : length / 1073741824.0);
        var speed = isStart ? "" : $"   {length / 1048576.0 / Report.Median(costs.Select(c => c.Seconds)),6:0} MiB/s";
        _report.Tell($"  {what,-32} {cpu,6:0.00} CPU s{(isStart ? "     " : "/GiB")}   peak {costs.Max(c => c.PeakBytes) >> 20,4} MiB{speed}");
    }

    private async Task AddAsync(string what, IReadOnlyList<string> command, string input = "/dev/null") => Add(what, await RunCost.OfAsync(command, input: input));

    private void Add(string what, RunCost cost)
    {
        if (!_costs.TryGetValue(what, out var costs))
        {
            _costs.Add(what, costs = []);
        }

        costs.Add(cost);
    }
}
