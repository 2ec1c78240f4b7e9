using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Azure;
using Azure.Core;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.OnAzure;

/// <summary>A store in a container of Azure Blob Storage.</summary>
public sealed partial class BlobStore : IBackupStore, IServerSideCopy
{
    private const string SummaryKey = "summary";
    private const string PutKey = "put";

    private static readonly Dictionary<string, string> Expired = new([BlobStores.ExpiredTag], StringComparer.Ordinal);

    private readonly BlobContainerClient _container;
    private readonly BlobErrors _errors;

    internal BlobStore(BlobContainerClient container, TimeProvider? time = null, TokenCredential? credential = null)
    {
        _container = container;
        _time = time ?? TimeProvider.System;
        _credential = credential;
        Location = container.Uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        _errors = new BlobErrors(Location);
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <summary>Creates the container unless it exists; true when it was created. No other code creates one.</summary>
    public Task<bool> CreateContainerIfMissingAsync(CancellationToken cancellationToken) =>
        _errors.TranslateAsync("create the container", async () =>
            await _container.CreateIfNotExistsAsync(PublicAccessType.None, cancellationToken: cancellationToken) is not null, cancellationToken);

    /// <inheritdoc/>
    public Task<BlobEntry> PutAsync(BlobName name, ReadOnlyMemory<byte> content, PutCondition condition, string? summary, CancellationToken cancellationToken)
    {
        BlobSummary.Check(name, summary);
        var isConditional = condition.IfAbsent || condition.IfMatch is not null;
        var putId = isConditional ? RandomNumberGenerator.GetHexString(32, lowercase: true) : null;
        return _errors.TranslateAsync($"put {name}", async () =>
        {
            try
            {
                var info = await _container.GetBlobClient(name.Value).UploadAsync(BinaryData.FromBytes(content), Upload(condition, summary, putId), cancellationToken);
                return new BlobEntry(name, content.Length, Quoted(info.Value.ETag), info.Value.LastModified, summary);
            }
            catch (RequestFailedException e) when (isConditional && BlobErrors.IsConditionNotMet(e))
            {
                return await FindOwnPutAsync(name, putId!, cancellationToken)
                    ?? throw (condition.IfAbsent ? StoreErrors.AlreadyThere(name, Location) : StoreErrors.Changed(name, Location));
            }
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<StoredBlob?> GetAsync(BlobName name, long maxLength, CancellationToken cancellationToken) =>
        _errors.TranslateAsync($"read {name}", async () =>
        {
            try
            {
                using BlobDownloadStreamingResult download = await _container.GetBlobClient(name.Value).DownloadStreamingAsync(cancellationToken: cancellationToken);
                var details = download.Details;
                if (details.ContentLength > maxLength)
                {
                    throw StoreErrors.TooLong(name, details.ContentLength, maxLength, Location);
                }

                var content = ChunkBuffers.Rent((int)details.ContentLength);
                await download.Content.ReadExactlyAsync(content.AsMemory(0, (int)details.ContentLength), cancellationToken);
                return StoredBlob.In(content, new BlobEntry(name, details.ContentLength, Quoted(details.ETag), details.LastModified, SummaryIn(details.Metadata)));
            }
            catch (RequestFailedException e) when (BlobErrors.IsBlobMissing(e))
            {
                return null;
            }
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<BlobEntry?> FindAsync(BlobName name, CancellationToken cancellationToken) =>
        _errors.TranslateAsync($"look for {name}", async () => (await PropertiesAsync(name, cancellationToken))?.Entry, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobEntry> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var step = $"list '{prefix}'";
        var options = new GetBlobsOptions { Prefix = prefix, Traits = BlobTraits.Metadata };
        await using var items = _container.GetBlobsAsync(options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await _errors.TranslateAsync(step, () => items.MoveNextAsync().AsTask(), cancellationToken))
        {
            var item = items.Current;
            if (BlobName.IsValid(item.Name) && !IsFolder(item) && item.Properties is { ETag: { } etag, LastModified: { } modified })
            {
                yield return new BlobEntry(new BlobName(item.Name), item.Properties.ContentLength ?? 0, Quoted(etag), modified, SummaryIn(item.Metadata));
            }
        }
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken) =>
        _errors.TranslateAsync($"delete {name}", async () =>
        {
            try
            {
                var conditions = ifMatch is null ? null : new BlobRequestConditions { IfMatch = new ETag(ifMatch) };
                await _container.GetBlobClient(name.Value).DeleteAsync(DeleteSnapshotsOption.IncludeSnapshots, conditions, cancellationToken);
                return true;
            }
            catch (RequestFailedException e) when (BlobErrors.IsBlobMissing(e))
            {
                return false;
            }
            catch (RequestFailedException e) when (ifMatch is not null && BlobErrors.IsConditionNotMet(e))
            {
                // A blob that is missing matches no ETag either, and some services answer that instead of 404.
                return await PropertiesAsync(name, cancellationToken) is null ? false : throw StoreErrors.Changed(name, Location);
            }
        }, cancellationToken);

    /// <summary>Tags the blob <c>state=expired</c>; on an account that has no tags, such as one with a hierarchical namespace, deletes it.</summary>
    public Task ExpireAsync(BlobName name, CancellationToken cancellationToken) =>
        _errors.TranslateAsync($"expire {name}", async () =>
        {
            try
            {
                await _container.GetBlobClient(name.Value).SetTagsAsync(Expired, cancellationToken: cancellationToken);
                return true;
            }
            catch (RequestFailedException e) when (BlobErrors.IsBlobMissing(e))
            {
                return false;
            }
            catch (RequestFailedException e) when (BlobErrors.HasNoTags(e))
            {
                return await DeleteAsync(name, ifMatch: null, cancellationToken);
            }
        }, cancellationToken);

    /// <summary>Does nothing: the service itself expunges soft-deleted blobs.</summary>
    public Task<int> PurgeDeletedAsync(DateOnly day, CancellationToken cancellationToken) => Task.FromResult(0);

    /// <summary>The date header of the service's answer; whether the blob in the request exists does not matter.</summary>
    public Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) => _errors.TranslateAsync("ask for the time", async () =>
    {
        try
        {
            return DateOf((await _container.GetBlobClient(BlobNames.Store.Value).GetPropertiesAsync(cancellationToken: cancellationToken)).GetRawResponse());
        }
        catch (RequestFailedException e) when (BlobErrors.IsBlobMissing(e))
        {
            return DateOf(e.GetRawResponse());
        }
    }, cancellationToken);

    // A proxy may have removed the header.
    private DateTimeOffset DateOf(Response? answer) => answer?.Headers.Date ?? _time.GetUtcNow();

    /// <summary>One request per put for a blob of any size here: only a single Put Blob is atomic with its condition and its metadata.</summary>
    private static BlobUploadOptions Upload(PutCondition condition, string? summary, string? putId)
    {
        var metadata = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (summary is not null)
        {
            metadata[SummaryKey] = summary;
        }

        if (putId is not null)
        {
            metadata[PutKey] = putId;
        }

        return new BlobUploadOptions
        {
            Metadata = metadata,
            Conditions = new BlobRequestConditions
            {
                IfNoneMatch = condition.IfAbsent ? ETag.All : null,
                IfMatch = condition.IfMatch is { } etag ? new ETag(etag) : null,
            },
            TransferOptions = new StorageTransferOptions { InitialTransferSize = 256L << 20, MaximumTransferSize = 256L << 20 },
        };
    }

    /// <summary>
    /// The client repeats a put whose answer was lost, and then finds its own blob. The random mark in the metadata distinguishes it from another writer's,
    /// so that a lease or a commit that was won does not look lost.
    /// </summary>
    private async Task<BlobEntry?> FindOwnPutAsync(BlobName name, string putId, CancellationToken cancellationToken) =>
        await PropertiesAsync(name, cancellationToken) is { } found && found.Metadata.TryGetValue(PutKey, out var mark) && mark == putId ? found.Entry : null;

    private async Task<(BlobEntry Entry, IDictionary<string, string> Metadata)?> PropertiesAsync(BlobName name, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await _container.GetBlobClient(name.Value).GetPropertiesAsync(cancellationToken: cancellationToken);
            return (new BlobEntry(name, properties.ContentLength, Quoted(properties.ETag), properties.LastModified, SummaryIn(properties.Metadata)), properties.Metadata);
        }
        catch (RequestFailedException e) when (BlobErrors.IsBlobMissing(e))
        {
            return null;
        }
    }

    /// <summary>
    /// Listings give ETags without quotes, other answers with them; ours always have them, so that the two compare. The service's are strong; a proxy marked any weak one,
    /// which would then match no condition.
    /// </summary>
    private static string Quoted(ETag etag) => etag.ToString("H") is var text && text.StartsWith("W/", StringComparison.Ordinal) ? text[2..] : text;

    /// <summary>Accounts with a hierarchical namespace also list their folders.</summary>
    private static bool IsFolder(BlobItem item) => item.Metadata is { } metadata && metadata.ContainsKey("hdi_isfolder");

    private static string? SummaryIn(IDictionary<string, string>? metadata) =>
        metadata is not null && metadata.TryGetValue(SummaryKey, out var summary) ? summary : null;
}
