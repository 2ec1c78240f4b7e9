using System.Collections.Concurrent;
using Azure;
using Azure.Core;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using QdrantBackup.Storage;

namespace QdrantBackup.OnAzure;

/// <summary>Copying from another container by the service itself (Copy Blob From URL), also between accounts and regions; no byte passes through this machine.</summary>
public sealed partial class BlobStore
{
    private static readonly TimeSpan SasLifetime = TimeSpan.FromMinutes(15);
    private static readonly string[] StorageScope = ["https://storage.azure.com/.default"];

    private readonly ConcurrentDictionary<string, bool> _refusedSources = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly TokenCredential? _credential;

    /// <inheritdoc/>
    public bool CanCopyFrom(IBackupStore source) => source is BlobStore other && !_refusedSources.ContainsKey(other.Location);

    /// <inheritdoc/>
    public Task<BlobEntry?> TryCopyFromAsync(IBackupStore source, BlobName name, CancellationToken cancellationToken) => _errors.TranslateAsync($"copy {name}", async () =>
    {
        var other = (BlobStore)source;
        try
        {
            var options = new BlobCopyFromUriOptions
            {
                DestinationConditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                SourceAuthentication = await other.AuthorizationAsync(cancellationToken),
            };
            await _container.GetBlobClient(name.Value).SyncCopyFromUriAsync(other.AddressOf(name), options, cancellationToken);
            return (await PropertiesAsync(name, cancellationToken))?.Entry;
        }
        catch (RequestFailedException e) when (BlobErrors.IsConditionNotMet(e) || e.Status == 404)
        {
            return null;
        }
        catch (RequestFailedException e) when (e.Status is >= 400 and < 500 and not (408 or 429))
        {
            // The cause is a firewall between the two accounts, or an identity without read access: the next blob would fail too.
            _refusedSources.TryAdd(other.Location, true);
            return null;
        }
    }, cancellationToken);

    /// <summary>An address that the other account can read: with the SAS that this container was opened with, or one for this blob and a few minutes.</summary>
    private Uri AddressOf(BlobName name)
    {
        BlobClient blob = _container.GetBlobClient(name.Value);
        if (!blob.CanGenerateSasUri)
        {
            return blob.Uri;
        }

        var sas = new BlobSasBuilder(BlobSasPermissions.Read, _time.GetUtcNow() + SasLifetime)
        {
            BlobContainerName = _container.Name,
            BlobName = name.Value,
            Resource = "b",
            Protocol = blob.Uri.IsLoopback ? SasProtocol.HttpsAndHttp : SasProtocol.Https,
        };
        return blob.GenerateSasUri(sas);
    }

    /// <summary>The identity that opened this container, if an identity did.</summary>
    private async Task<HttpAuthorization?> AuthorizationAsync(CancellationToken cancellationToken) => _credential is null
        ? null
        : new HttpAuthorization("Bearer", (await _credential.GetTokenAsync(new TokenRequestContext(StorageScope), cancellationToken)).Token);
}
