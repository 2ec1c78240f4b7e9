using LocalFunctions.Simulation;
using LocalFunctions.Simulation.Plants;

var seed = ulong.Parse(args[0]);
if (args.Length == 1) { Console.WriteLine(Simulation.Run(seed, Plant.None, Console.Out)); return 0; }
var n = int.Parse(args[1]);
var clock = System.Diagnostics.Stopwatch.StartNew();
long steps = 0; int bad=0;
for (var s = seed; s < seed + (ulong)n; s++) { var o = Simulation.Run(s); steps += o.Steps; if (o.Violation is not null && bad++ < 20) Console.WriteLine($"seed {s}: {o.Violation}"); }
Console.WriteLine($"{n} seeds, {bad} bad, {steps} steps, {clock.Elapsed.TotalMilliseconds / n} ms each");
return 0;
