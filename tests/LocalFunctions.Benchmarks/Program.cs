using LocalFunctions.Benchmarks;

var sections = new Dictionary<string, Func<Report, Task>>(StringComparer.Ordinal)
{
    ["throughput"] = Throughput.MeasureAsync,
    ["histories"] = Histories.MeasureAsync,
    ["instances"] = Instances.MeasureAsync,
};
if (args is [var name, ..] && !sections.ContainsKey(name))
{
    Console.Error.WriteLine($"unknown section {name}; there are: {string.Join(", ", sections.Keys)}");
    return 2;
}

var report = new Report();
foreach (var section in sections.Where(section => args is [] || section.Key == args[0]))
{
    await section.Value(report);
}

return report.Holds ? 0 : 1;
