using Microsoft.Extensions.Hosting;
using QdrantBackup.Functions;

AppHost.CreateBuilder(args).Build().Run();
