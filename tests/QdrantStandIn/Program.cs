using QdrantStandIn;

var options = new StandInOptions { Port = 6333 };
for (var i = 0; i < args.Length; i++)
{
    string Value() => ++i < args.Length ? args[i] : throw new ArgumentException($"{args[i - 1]} needs a value.");
    options = args[i] switch
    {
        "--port" => options with { Port = int.Parse(Value()) },
        "--load" => options with { LoadDirectory = Value() },
        "--api-key" => options with { ApiKey = Value() },
        "--read-only-api-key" => options with { ReadOnlyApiKey = Value() },
        "--snapshot-seconds" => options with { SnapshotTime = TimeSpan.FromSeconds(int.Parse(Value())) },
        var other => throw new ArgumentException($"Unknown option {other}. Options: --port N, --load DIRECTORY, --api-key KEY, --read-only-api-key KEY, --snapshot-seconds N."),
    };
}

var stopped = new TaskCompletionSource();
using var interrupt = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGINT, Stop);
using var terminate = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, Stop);
await using var server = await StandInServer.StartAsync(options);
Console.WriteLine($"Qdrant stand-in {options.Version} listens on {server.Address} with {server.Collections.Count} collections.");
await stopped.Task;
return 0;

void Stop(System.Runtime.InteropServices.PosixSignalContext context)
{
    context.Cancel = true;
    stopped.TrySetResult();
}
