using QdrantBackup.Clusters;
using QdrantBackup.Harness;
using QdrantStandIn;

namespace QdrantBackup.Demo;

/// <summary>What the demo plays on: a Qdrant with collections, and an installation of the app beside it. All of it is gone at the end.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private const string Daily = "articles";
    private const long DailyPoints = 10_000;
    private readonly StandInServer? _standIn;
    private readonly QdrantNodes _nodes = new(TimeProvider.System);

    private Stage(StandInServer? standIn, Uri qdrant, string? apiKey, IReadOnlyList<string> collections)
    {
        _standIn = standIn;
        Collections = collections;
        QdrantAddress = qdrant;
        Qdrant = _nodes.Open(new QdrantNodeOptions { Url = qdrant, ApiKey = apiKey });
        Files = new AppFiles(qdrant, qdrantApiKey: apiKey);
    }

    public Uri QdrantAddress { get; }

    public IQdrantNode Qdrant { get; }

    public AppFiles Files { get; }

    public bool IsRealServer => _standIn is null;

    /// <summary>The demo's own collections; nothing else on the server is touched.</summary>
    public IReadOnlyList<string> Collections { get; }

    public static async Task<Stage> OpenAsync(Uri? realServer, string? apiKey)
    {
        if (realServer is not null)
        {
            return new Stage(null, realServer, apiKey, await DemoCollections.CreateAsync(realServer, apiKey));
        }

        var standIn = await StandInServer.StartAsync(new StandInOptions { LoadDirectory = Harness.Fixtures.Snapshots });
        standIn.SetCollection(Daily, Harness.Fixtures.Day("day1.collection.snapshot"), DailyPoints);
        using var nodes = new QdrantNodes(TimeProvider.System);
        return new Stage(standIn, standIn.Address, apiKey: null, await nodes.Open(new QdrantNodeOptions { Url = standIn.Address }).ListCollectionsAsync(default));
    }

    /// <summary>A day passes on which nobody writes: Qdrant makes other snapshots of the same points.</summary>
    public void LetADayPass() => _standIn?.SetCollection(Daily, Harness.Fixtures.Day("day2-idle.collection.snapshot"), DailyPoints);

    /// <summary>The collection's bytes as the stand-in has them, to compare with; a real server's bytes differ from snapshot to snapshot.</summary>
    public byte[]? BytesOf(string collection) => _standIn?.CollectionBytes(collection);

    public async ValueTask DisposeAsync()
    {
        if (IsRealServer)
        {
            await DemoCollections.DropAsync(Qdrant, Collections);
        }

        Files.Dispose();
        _nodes.Dispose();
        if (_standIn is not null)
        {
            await _standIn.DisposeAsync();
        }
    }
}
