using QdrantBackup.Benchmarks;
using QdrantBackup.Benchmarks.Measuring;
using QdrantBackup.Benchmarks.Pipeline;

if (args is ["child", ..])
{
    return await PassProcess.RunAsync(args[1..]);
}

var name = args.FirstOrDefault() ?? "all";
var benchmarks = new Dictionary<string, Func<Task<bool>>>(StringComparer.Ordinal)
{
    ["store"] = () => StoreBenchmark.RunAsync(args.ElementAtOrDefault(1), args.ElementAtOrDefault(2)),
    ["days"] = () => DaysBenchmark.RunAsync(new Report(), withPeers: true),
    ["azurite"] = () => AzuriteBenchmark.RunAsync(args.ElementAtOrDefault(1)),
    ["catalog"] = () => CatalogBenchmark.RunAsync(args.ElementAtOrDefault(1)),
    ["prune"] = () => PruneBenchmark.RunAsync(args.ElementAtOrDefault(1)),
    ["memory"] = () => MemoryBenchmark.RunAsync(args.ElementAtOrDefault(1), args.ElementAtOrDefault(2)),
    ["pass"] = () => PassBenchmark.RunAsync(args.Skip(1).FirstOrDefault()),
    ["chunking"] = () => ChunkingBenchmark.RunAsync(args.Skip(1).FirstOrDefault()),
};
if (name != "all" && !benchmarks.ContainsKey(name))
{
    Console.Error.WriteLine($"unknown benchmark {name}; there are: all, {string.Join(", ", benchmarks.Keys)}");
    return 2;
}

var holds = true;
foreach (var (_, run) in benchmarks.Where(b => name == "all" || b.Key == name))
{
    holds &= await run();
}

return holds ? 0 : 1;
