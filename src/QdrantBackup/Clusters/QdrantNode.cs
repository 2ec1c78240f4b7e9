using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace QdrantBackup.Clusters;

/// <summary>One Qdrant node over its REST interface.</summary>
internal sealed class QdrantNode(QdrantNodeOptions options, TimeProvider time) : IQdrantNode, IDisposable
{
    private readonly NodeClient _client = new(options, time);

    public Uri Address => options.Url;

    public void Dispose() => _client.Dispose();

    public async Task<string> GetVersionAsync(CancellationToken cancellationToken)
    {
        const string operation = "Asking for the version";
        using var response = await _client.ReadWholeAsync(operation, () => _client.Request(HttpMethod.Get, ""), cancellationToken);
        var answer = await _client.ResultAsync(operation, response, NodeJson.Default.VersionAnswer, cancellationToken);
        return answer.Version ?? throw Incomplete(operation, "version");
    }

    public async Task<ClusterState> GetClusterAsync(CancellationToken cancellationToken)
    {
        const string operation = "Asking for the cluster";
        var answer = await GetAsync(operation, "cluster", NodeJson.Default.EnvelopeClusterAnswer, cancellationToken);
        switch (answer.Status)
        {
            case "disabled":
                return new ClusterState(IsEnabled: false, PeerId: 0, new Dictionary<ulong, string>());
            case "enabled":
                var peers = answer.Peers ?? throw Incomplete(operation, "peers");
                return new ClusterState(
                    IsEnabled: true,
                    answer.PeerId ?? throw Incomplete(operation, "peer_id"),
                    OddEntries.Peers(peers));
            default:
                throw _client.Errors.Untrusted(operation, $"the cluster's status is neither enabled nor disabled but {answer.Status ?? "missing"}.");
        }
    }

    public async Task<IReadOnlyList<string>> ListCollectionsAsync(CancellationToken cancellationToken)
    {
        const string operation = "Listing collections";
        var answer = await GetAsync(operation, "collections", NodeJson.Default.EnvelopeCollectionsAnswer, cancellationToken);
        return OddEntries.Names(answer.Collections ?? throw Incomplete(operation, "collections"));
    }

    public async Task<CollectionInfo?> DescribeCollectionAsync(string collection, CancellationToken cancellationToken)
    {
        var operation = $"Describing collection {collection}";
        if (await FindAsync(operation, CollectionPath(collection), NodeJson.Default.EnvelopeNullableJsonElement, cancellationToken) is not { Result: var result })
        {
            return null;
        }

        if (result is not { ValueKind: JsonValueKind.Object } info
            || !info.TryGetProperty("status", out var status) || status.ValueKind != JsonValueKind.String
            || !info.TryGetProperty("config", out var config) || config.ValueKind != JsonValueKind.Object
            || !config.TryGetProperty("params", out var parameters) || parameters.ValueKind != JsonValueKind.Object)
        {
            throw Incomplete(operation, "status or config.params");
        }

        var shards = parameters.TryGetProperty("shard_number", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var n) ? n : 1;
        return new CollectionInfo(status.GetString()!, shards, info);
    }

    public async Task<CollectionPlacement?> GetPlacementAsync(string collection, CancellationToken cancellationToken)
    {
        var operation = $"Asking where the shards of collection {collection} are";
        var found = await FindAsync(operation, $"{CollectionPath(collection)}/cluster", NodeJson.Default.EnvelopePlacementAnswer, cancellationToken);
        if (found is null)
        {
            return null;
        }

        if (found.Result is not { PeerId: { } peer, ShardTransfers: { } transfers })
        {
            throw Incomplete(operation, "peer_id, local_shards, remote_shards or shard_transfers");
        }

        var local = Whole(operation, "local_shards", found.Result.LocalShards);
        var remote = Whole(operation, "remote_shards", found.Result.RemoteShards);

        var replicas = local.Select(s => new ShardReplica(s.ShardId, peer, s.State, s.ShardKey))
            .Concat(remote.Select(s => new ShardReplica(s.ShardId, s.PeerId ?? throw Incomplete(operation, "peer_id"), s.State, s.ShardKey)));
        return new CollectionPlacement(peer, [.. replicas], transfers.Count);
    }

    public async Task<IReadOnlyList<CollectionAlias>> ListAliasesAsync(CancellationToken cancellationToken)
    {
        const string operation = "Listing aliases";
        var answer = await GetAsync(operation, "aliases", NodeJson.Default.EnvelopeAliasesAnswer, cancellationToken);
        return OddEntries.Aliases(answer.Aliases ?? throw Incomplete(operation, "aliases"));
    }

    public async Task<ulong?> CountPointsAsync(string collection, CancellationToken cancellationToken)
    {
        var operation = $"Counting the points of collection {collection}";
        HttpRequestMessage Request() =>
            _client.Request(HttpMethod.Post, $"{CollectionPath(collection)}/points/count", new CountRequest(Exact: true), NodeJson.Default.CountRequest);

        using var response = await _client.ReadWholeAsync(operation, Request, cancellationToken);
        if (await _client.IsMissingAsync(operation, response, cancellationToken))
        {
            return null;
        }

        var answer = await _client.ResultAsync(operation, response, NodeJson.Default.EnvelopeCountAnswer, cancellationToken);
        return answer.Result?.Count ?? throw Incomplete(operation, "count");
    }

    public async Task<SnapshotAnswer> CreateSnapshotAsync(string collection, TimeSpan longest, CancellationToken cancellationToken)
    {
        var operation = $"Making a snapshot of collection {collection}";
        var path = $"{CollectionPath(collection)}/snapshots?wait=true";
        using var patience = Patience.Use(Patience.Current with { Answer = longest });
        try
        {
            using var response = await _client.SendOnceAsync(operation, () => _client.Request(HttpMethod.Post, path), cancellationToken);
            return response.IsSuccessStatusCode ? await MadeAsync(operation, response, cancellationToken) : throw await _client.FailureAsync(operation, response, cancellationToken);
        }
        catch (SourceException e) when (e is { IsOutcomeUnknown: true, IsItsOwn: false })
        {
            return new(Made: null);
        }
    }

    // The node answers with a description and with nothing else. What something in between made of that does not show whether the node got the request.
    private async Task<SnapshotAnswer> MadeAsync(string operation, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _client.ResultAsync(operation, response, NodeJson.Default.EnvelopeNullableJsonElement, cancellationToken);
            var made = answer.Result is { ValueKind: JsonValueKind.Object } description ? OddEntries.Snapshots([description]).SingleOrDefault() : null;
            return new(made, IsStrange: made is null);
        }
        catch (SourceException e) when (!e.IsAway)
        {
            return new(Made: null, IsStrange: true);
        }
    }

    public async Task<SnapshotCounters?> CountSnapshotsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await GetAsync("Asking which snapshots are being made", "telemetry?details_level=2", NodeJson.Default.EnvelopeTelemetryAnswer, cancellationToken);
            return answer is { App.Startup: { } startup, Collections.Snapshots: { } snapshots }
                ? new SnapshotCounters(startup, await ListAliasesAsync(cancellationToken), OddEntries.SnapshotCounts(snapshots))
                : null;
        }
        catch (SourceException e) when (!e.IsAway)
        {
            return null; // A key that may not read it.
        }
    }

    public async Task<DateTimeOffset?> GetTimeAsync(CancellationToken cancellationToken)
    {
        using var response = await _client.ReadAsync("Asking for the time", () => _client.Request(HttpMethod.Get, ""), cancellationToken);
        return response.Headers.Date;
    }

    public async Task<IReadOnlyList<SnapshotDescription>?> ListSnapshotsAsync(string collection, CancellationToken cancellationToken)
    {
        var operation = $"Listing the snapshots of collection {collection}";
        var found = await FindAsync(operation, $"{CollectionPath(collection)}/snapshots", NodeJson.Default.EnvelopeIReadOnlyListJsonElement, cancellationToken);
        if (found is null)
        {
            return null;
        }

        return OddEntries.Snapshots(found.Result ?? throw Incomplete(operation, "result"));
    }

    public Task<SnapshotDownload> OpenSnapshotAsync(string collection, string name, long offset, string? ifMatch, CancellationToken cancellationToken) =>
        new DownloadRequest(options, _client).OpenAsync(
            $"Downloading snapshot {name} of collection {collection}", SnapshotPath(collection, name), offset, ifMatch, () => SizeAsync(collection, name, cancellationToken), cancellationToken);

    public Task<SnapshotBytes> ReadSnapshotAsync(string collection, string name, long offset, int count, string? ifMatch, CancellationToken cancellationToken) =>
        new DownloadRequest(options, _client).ReadAsync(
            $"Reading in snapshot {name} of collection {collection}", SnapshotPath(collection, name), offset, count, ifMatch, cancellationToken);

    public Task<bool> DeleteSnapshotAsync(string collection, string name, CancellationToken cancellationToken) =>
        DeleteAsync($"Deleting snapshot {name} of collection {collection}", SnapshotPath(collection, name), isRepeatable: true, cancellationToken);

    public Task UploadSnapshotAsync(string collection, SnapshotUpload upload, CancellationToken cancellationToken)
    {
        if (upload.Length < 0 || upload.Sha256.Length != 64 || !upload.Sha256.All(char.IsAsciiHexDigitLower)
            || upload.FileName.Length is 0 or > 200 || !upload.FileName.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
        {
            throw new ArgumentException("An upload needs a length, a lower-case SHA-256 and a file name of letters, digits, dots, dashes and underscores.", nameof(upload));
        }

        var path = $"{CollectionPath(collection)}/snapshots/upload?priority=snapshot&checksum={upload.Sha256}&wait=true";
        return new UploadRequest(options, _client).SendAsync($"Uploading snapshot {upload.FileName} to collection {collection}", path, upload, cancellationToken);
    }

    public Task<bool> DeleteCollectionAsync(string collection, CancellationToken cancellationToken) =>
        DeleteAsync($"Deleting collection {collection}", CollectionPath(collection), isRepeatable: false, cancellationToken);

    public async Task SetAliasesAsync(IReadOnlyList<CollectionAlias> aliases, CancellationToken cancellationToken)
    {
        const string operation = "Setting aliases";
        if (aliases.Count == 0)
        {
            return;
        }

        // Creating an alias that points elsewhere moves it: no deletion first, so the alias never disappears.
        var actions = aliases.Select(a => new AliasAction(new AliasAnswer(a.Alias, a.Collection))).ToList();
        try
        {
            using var response = await _client.SendOnceAsync(
                operation, () => _client.Request(HttpMethod.Post, "collections/aliases", new AliasesRequest(actions), NodeJson.Default.AliasesRequest), cancellationToken);
            var answer = await _client.ResultAsync(operation, response, NodeJson.Default.EnvelopeNullableBoolean, cancellationToken);
            if (answer.Result is not true)
            {
                throw _client.Errors.Untrusted(operation, "the server does not confirm that it set them.");
            }
        }
        catch (SourceException e) when (e.IsOutcomeUnknown)
        {
            // Checked instead of set again: someone may have moved an alias since.
            if ((await ListAliasesAsync(cancellationToken)).ToHashSet() is var there && !aliases.All(there.Contains))
            {
                throw;
            }
        }
    }

    private static string CollectionPath(string collection) => $"collections/{Segment(collection)}";

    private static string SnapshotPath(string collection, string name) => $"{CollectionPath(collection)}/snapshots/{Segment(name)}";

    // Every URI parser would fold a name of dots into the path, however it is written.
    private static string Segment(string name) => name is "" or "." or ".."
        ? throw new UsageException($"'{name}' cannot be the name of a collection or snapshot.", "Check the name.")
        : Uri.EscapeDataString(name);

    private async Task<T> GetAsync<T>(string operation, string path, JsonTypeInfo<Envelope<T>> type, CancellationToken cancellationToken)
        where T : class
    {
        using var response = await _client.ReadWholeAsync(operation, () => _client.Request(HttpMethod.Get, path), cancellationToken);
        var answer = await _client.ResultAsync(operation, response, type, cancellationToken);
        return answer.Result ?? throw Incomplete(operation, "result");
    }

    private async Task<Envelope<T>?> FindAsync<T>(string operation, string path, JsonTypeInfo<Envelope<T>> type, CancellationToken cancellationToken)
    {
        using var response = await _client.ReadWholeAsync(operation, () => _client.Request(HttpMethod.Get, path), cancellationToken);
        return await _client.IsMissingAsync(operation, response, cancellationToken)
            ? null
            : await _client.ResultAsync(operation, response, type, cancellationToken);
    }

    private async Task<bool> DeleteAsync(string operation, string path, bool isRepeatable, CancellationToken cancellationToken)
    {
        HttpRequestMessage Request() => _client.Request(HttpMethod.Delete, path);
        using var response = isRepeatable
            ? await _client.ReadWholeAsync(operation, Request, cancellationToken)
            : await _client.SendOnceAsync(operation, Request, cancellationToken);
        if (await _client.IsMissingAsync(operation, response, cancellationToken))
        {
            return false;
        }

        var answer = await _client.ResultAsync(operation, response, NodeJson.Default.EnvelopeNullableBoolean, cancellationToken);
        return answer.Result ?? throw Incomplete(operation, "result");
    }

    private async Task<long?> SizeAsync(string collection, string name, CancellationToken cancellationToken)
    {
        var snapshots = await ListSnapshotsAsync(collection, cancellationToken);
        return snapshots?.FirstOrDefault(s => string.Equals(s.Name, name, StringComparison.Ordinal) && s.Problem is null)?.Size;
    }

    private IReadOnlyList<T> Whole<T>(string operation, string member, IReadOnlyList<T?>? items)
        where T : class =>
        items?.OfType<T>().ToList() is { } whole && whole.Count == items.Count ? whole : throw Incomplete(operation, member);

    private SourceException Incomplete(string operation, string member) => _client.Errors.Untrusted(operation, $"the answer lacks {member}.");
}
