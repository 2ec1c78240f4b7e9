using QdrantBackup.Demo;

// The only address of a server that the demo reads; production's QDRANT_URL is never looked at.
var real = Environment.GetEnvironmentVariable("TEST_QDRANT_URL");
await using var stage = await Stage.OpenAsync(real is null ? null : new Uri(real));
return await new Story(stage).TellAsync() ? 0 : 1;
