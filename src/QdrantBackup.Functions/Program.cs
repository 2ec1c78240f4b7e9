using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using QdrantBackup;
using QdrantBackup.App.Hosting;
using QdrantBackup.Functions;

// The app as the worker of a Functions host; `qdrant-backup serve` runs the same app on LocalFunctions.
try
{
    var builder = FunctionsApplication.CreateBuilder(args);
    builder.ConfigureFunctionsWebApplication();
    builder.AddHostServices();
    AppHost.Compose(builder, builder);
    builder.Build().Run();
    return 0;
}
catch (BackupException refusal)
{
    // The host copies this into its log. An unhandled exception would bury the hint in a stack trace.
    Console.Error.WriteLine($"error: {refusal.Message}");
    Console.Error.WriteLine($"hint:  {refusal.Hint}");
    return 2;
}
