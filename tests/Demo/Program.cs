using Microsoft.Extensions.Configuration;
using QdrantBackup.Demo;

// The only address of a server that the demo reads; production's QDRANT_URL is never looked at.
var environment = new ConfigurationBuilder().AddEnvironmentVariables("TEST_QDRANT_").Build();
await using var stage = await Stage.OpenAsync(environment["URL"] is { Length: > 0 } url ? new Uri(url) : null, environment["API_KEY"]);
return await new Story(stage).TellAsync() ? 0 : 1;
