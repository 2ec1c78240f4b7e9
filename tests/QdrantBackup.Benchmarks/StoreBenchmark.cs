using System.Globalization;
using QdrantBackup.Benchmarks.Data;
using QdrantBackup.Benchmarks.Measuring;
using QdrantBackup.Benchmarks.Peers;
using QdrantBackup.Benchmarks.Pipeline;

namespace QdrantBackup.Benchmarks;

/// <summary>
/// What backup, second backup and restore cost in processor time and memory, each a process of its own, beside other tools in the same round. Everything reads a file by standard
/// input and stores in memory (tmpfs), so that no disk is in the figures. Ratios are those of a round; the median is shown.
/// </summary>
internal sealed class StoreBenchmark : IDisposable
{
    private const int Rounds = 3;
    private const int SmallShare = 4;
    private const int MemoryLimitMiB = 256;
    private const string Small = "small";
    private const string Large = "large";

    private readonly Report _report = new();
    private readonly MemoryFolder _folder = new();
    private readonly Dictionary<string, CostLine> _lines = new(StringComparer.Ordinal);
    private readonly Rclone _rclone;
    private readonly Restic _restic;
    private readonly PlainCopy _copy;

    private StoreBenchmark() => (_rclone, _restic, _copy) = (new Rclone(_folder.Path), new Restic(_folder.Path), new PlainCopy(_folder.Path));

    private string Store => _folder.File("store");

    /// <summary>Runs it with so many MiB of each kind of data (2048 by default) and a quarter of it, or of one kind alone.</summary>
    public static async Task<bool> RunAsync(string? mebibytes, string? only)
    {
        var size = long.Parse(mebibytes ?? "2048", CultureInfo.InvariantCulture) << 20;
        using var benchmark = new StoreBenchmark();
        benchmark._report.Begin($"store: {Rounds} rounds of {size / SmallShare >> 20} and {size >> 20} MiB {(benchmark._folder.IsInMemory ? "in memory" : "ON A DISK")}; CPU seconds");
        benchmark._report.Tell($"beside {benchmark._rclone.Version}, {benchmark._restic.Version} and a plain copy by cat");
        foreach (var data in DataSet.All.Where(d => only is null || d.Name == only))
        {
            await benchmark.MeasureAsync(data, size);
        }

        return benchmark._report.Holds;
    }

    public void Dispose() => _folder.Dispose();

    private async Task MeasureAsync(DataSet data, long size)
    {
        Write(data, Small, size / SmallShare);
        Write(data, Large, size);
        _lines.Clear();
        _report.Tell($"{data.Name}: {data.Description}");
        for (var round = 0; round < Rounds; round++)
        {
            await OursAsync();
            await PeerAsync(_copy, withSecond: false);
            await PeerAsync(_rclone, withSecond: false);
            await PeerAsync(_restic, withSecond: true);
        }

        foreach (var line in _lines.Values)
        {
            _report.Tell($"  {line}");
        }

        Judge(data);
    }

    private void Write(DataSet data, string name, long length)
    {
        using var stream = File.Create(_folder.File(name));
        data.Write(stream, length);
    }

    private async Task OursAsync()
    {
        await RunCost.OfAsync(PassProcess.Command("init", Store, _folder.Path));
        await AddAsync("backup, store that discards", size => RunCost.OfAsync(PassProcess.Command("backup", "discard", _folder.Path, "discarded"), input: _folder.File(size)));
        await AddAsync("backup", size => RunCost.OfAsync(PassProcess.Command("backup", Store, _folder.Path, size), input: _folder.File(size)));
        await AddAsync("second backup", size => RunCost.OfAsync(PassProcess.Command("backup", Store, _folder.Path, $"{size}-again", size), input: _folder.File(size)));
        await AddAsync("restore", size => RunCost.OfAsync(PassProcess.Command("restore", Store, _folder.Path, size)));
        _folder.Remove("store");
        _folder.Remove("store.key");
    }

    private async Task PeerAsync(Peer peer, bool withSecond)
    {
        await peer.InitialiseAsync();
        await AddAsync($"{peer.Name} backup", size => peer.BackUpAsync(_folder.File(size), size));
        if (withSecond)
        {
            await AddAsync($"{peer.Name} second backup", size => peer.BackUpAsync(_folder.File(size), size));
        }

        await AddAsync($"{peer.Name} restore", peer.RestoreAsync);
        Directory.Delete(peer.Repository, recursive: true);
    }

    private void Judge(DataSet data)
    {
        CostLine backup = _lines["backup"], discarded = _lines["backup, store that discards"], rclone = _lines[$"{_rclone.Name} backup"], restic = _lines[$"{_restic.Name} backup"];
        if (data == DataSet.Random)
        {
            _report.AtMost("random: CPU of backup / rclone crypt rcat", backup.RatioTo(rclone), 0.5);
            _report.AtMost("random: CPU of backup / restic backup", backup.RatioTo(restic), 0.25);
        }
        else
        {
            _report.Tell($"{data.Name}: CPU of backup / rclone crypt rcat {backup.RatioTo(rclone):0.00}, / restic backup {backup.RatioTo(restic):0.00} (no target)");
        }

        _report.Tell($"  with start {backup.RatioWithStartTo(rclone):0.00} and {backup.RatioWithStartTo(restic):0.00}; into a store that discards {discarded.RatioTo(rclone):0.00} and {discarded.RatioTo(restic):0.00}");
        _report.AtMost($"{data.Name}: CPU of restore / backup", _lines["restore"].RatioTo(backup), 1.0);
        CostLine[] ours = [discarded, backup, _lines["second backup"], _lines["restore"]];
        _report.AtMost($"{data.Name}: peak memory", ours.Max(l => l.PeakMiB), MemoryLimitMiB, " MiB");
    }

    /// <summary>Both sizes, one after the other.</summary>
    private async Task AddAsync(string what, Func<string, Task<RunCost>> run)
    {
        if (!_lines.TryGetValue(what, out var line))
        {
            _lines.Add(what, line = new CostLine(what));
        }

        line.Add(await run(Small), LengthOf(Small), await run(Large), LengthOf(Large));
    }

    private long LengthOf(string name) => new FileInfo(_folder.File(name)).Length;
}
