using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace QdrantStandIn;

/// <summary>
/// Stands in for Qdrant 1.18.3 where backups touch it. It answers from its own state; that it answers like the real server is tested against recordings.
/// </summary>
public sealed class StandInServer : IAsyncDisposable
{
    private readonly NodeState _state;
    private readonly Router _router;
    private readonly ConcurrentQueue<SeenRequest> _requests = new();
    private WebApplication? _application;

    private StandInServer(StandInOptions options)
    {
        _state = new NodeState(options);
        _router = new Router(_state);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>What goes wrong.</summary>
    public Faults Faults => _state.Faults;

    /// <summary>Raised for every request as it arrives, before it is answered.</summary>
    public event Action<SeenRequest>? RequestSeen;

    /// <summary>Every request since the start, in order.</summary>
    public IReadOnlyList<SeenRequest> Requests => [.. _requests];

    /// <summary>The names of its collections, in ordinal order.</summary>
    public IReadOnlyList<string> Collections
    {
        get
        {
            lock (_state.Gate)
            {
                return [.. _state.Collections.Keys.Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Files in its temporary directory: what uploads left on its disk.</summary>
    public IReadOnlyList<string> FilesOnDisk => [.. Directory.EnumerateFiles(_state.Directory)];

    /// <summary>Starts a server.</summary>
    public static async Task<StandInServer> StartAsync(StandInOptions? options = null, CancellationToken cancellationToken = default)
    {
        var server = new StandInServer(options ?? new StandInOptions());
        if (server._state.Options.LoadDirectory is { } directory)
        {
            server.LoadDirectory(directory);
        }

        await server.ListenAsync(cancellationToken);
        return server;
    }

    /// <summary>Loads every collection snapshot of a directory that can be restored on this server.</summary>
    public void LoadDirectory(string directory)
    {
        foreach (var file in Directory.EnumerateFiles(directory, "*.snapshot").Order(StringComparer.Ordinal))
        {
            var description = File.Exists($"{file}.json") ? System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText($"{file}.json"))!.AsObject() : null;
            var kind = description?["kind"]?.GetValue<string>() ?? (file.EndsWith(".shard.snapshot", StringComparison.Ordinal) ? "shard" : "collection");
            var isOfCluster = description?["placement"] is not null;
            if (kind is "collection" && isOfCluster == _state.Options.Peers is not null)
            {
                SetCollection(description?["collection"]?.GetValue<string>() ?? Path.GetFileName(file).Split('.')[0], file);
            }
        }
    }

    /// <summary>Makes or replaces a collection by what a snapshot file holds. The file must stay where it is.</summary>
    /// <param name="name">The collection.</param>
    /// <param name="snapshotPath">A collection snapshot of a real server, or one from here.</param>
    /// <param name="points">How many points to count in it; needed for a snapshot that is not of the recorded ones.</param>
    public void SetCollection(string name, string snapshotPath, long? points = null)
    {
        var archive = FileArchive.Of(snapshotPath);
        lock (_state.Gate)
        {
            if (points is { } count)
            {
                _state.Known.Remember(archive, info: null, count);
            }

            _state.Set(name, archive);
        }
    }

    /// <summary>Makes a collection whose snapshot is a valid archive of that length, but exists nowhere: its bytes are made as they are read, and the same for the same seed.</summary>
    public void AddSynthetic(string name, long length, ulong seed, long points = 1000)
    {
        var archive = new SyntheticArchive(length, seed, points);
        lock (_state.Gate)
        {
            _state.Known.Remember(archive, info: null, points);
            _state.Set(name, archive);
        }
    }

    /// <summary>The bytes that a snapshot of the collection would have now: those of what was loaded or restored last.</summary>
    public byte[] CollectionBytes(string name)
    {
        using var stream = OpenCollection(name);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>The SHA-256 of <see cref="CollectionBytes"/>, in lower-case hex.</summary>
    public string CollectionSha256(string name)
    {
        lock (_state.Gate)
        {
            return _state.Resolve(name).Collection.Archive.Sha256;
        }
    }

    /// <summary>The same bytes as a stream.</summary>
    public Stream OpenCollection(string name)
    {
        lock (_state.Gate)
        {
            return _state.Resolve(name).Collection.Archive.OpenRead();
        }
    }

    /// <summary>The files in the snapshots directory of a collection, also when it is gone.</summary>
    public IReadOnlyList<string> SnapshotFiles(string collection)
    {
        lock (_state.Gate)
        {
            return [.. _state.SnapshotsOf(collection)?.Keys.Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>()];
        }
    }

    /// <summary>Empties the snapshots directory of a collection, as an operator would.</summary>
    public void RemoveSnapshots(string collection)
    {
        lock (_state.Gate)
        {
            foreach (var file in SnapshotFiles(collection))
            {
                _state.DeleteSnapshot(collection, file);
            }
        }
    }

    /// <summary>Deletes a collection behind everybody's back.</summary>
    public void RemoveCollection(string name)
    {
        lock (_state.Gate)
        {
            _state.Delete(name);
        }
    }

    /// <summary>The process is gone: open connections break, new ones are refused. The state stays.</summary>
    public async Task GoAwayAsync()
    {
        if (_application is { } application)
        {
            _application = null;
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await application.StopAsync(now.Token);
            await application.DisposeAsync();
            _state.Restart();
        }
    }

    /// <summary>The process is back at the same address, with what was on its disk.</summary>
    public Task ComeBackAsync(CancellationToken cancellationToken = default) => ListenAsync(cancellationToken);

    /// <summary>Goes on with other options, as a server restarted with another configuration. Port and what was loaded stay.</summary>
    public void Reconfigure(Func<StandInOptions, StandInOptions> change) => _state.Options = change(_state.Options);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await GoAwayAsync();
        await _router.DisposeAsync();
        _state.Dispose();
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(System.Net.IPAddress.Loopback, Address.Port > 0 ? Address.Port : _state.Options.Port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        _application = builder.Build();
        _application.Run(HandleAsync);
        await _application.StartAsync(cancellationToken);
        Address = new Uri(_application.Urls.First());
    }

    private Task HandleAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var seen = new SeenRequest(context.Request.Method, target);
        _requests.Enqueue(seen);
        RequestSeen?.Invoke(seen);
        return _router.HandleAsync(context, target);
    }
}
