using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using QdrantBackup.App.Hosting;
using QdrantBackup.Functions;

// The app as the worker of a Functions host; `qdrant-backup serve` runs the same app on LocalFunctions.
var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.AddHostServices();
AppHost.Compose(builder, builder);
builder.Build().Run();
