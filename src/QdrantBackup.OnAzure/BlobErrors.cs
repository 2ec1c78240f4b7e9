using System.Net;
using Azure;
using Azure.Storage.Blobs.Models;
using QdrantBackup.Storage;

namespace QdrantBackup.OnAzure;

/// <summary>Turns the client's failures into ours. A service's own words may quote the request and what signed it (W5), so only status, code and request id are passed on.</summary>
internal sealed class BlobErrors(string location)
{
    public static bool IsBlobMissing(RequestFailedException e) => e.Status == (int)HttpStatusCode.NotFound && e.ErrorCode != BlobErrorCode.ContainerNotFound;

    public static bool IsConditionNotMet(RequestFailedException e) =>
        e.Status == (int)HttpStatusCode.PreconditionFailed || e.ErrorCode == BlobErrorCode.BlobAlreadyExists;

    /// <summary>Whether the account cannot tag blobs at all: one with a hierarchical namespace does not know <c>comp=tags</c>, or answers that it lacks the feature.</summary>
    public static bool HasNoTags(RequestFailedException e) =>
        e.ErrorCode == BlobErrorCode.InvalidQueryParameterValue || e.ErrorCode?.Contains("NotYetSupported", StringComparison.Ordinal) == true;

    /// <summary>Runs one step against the service.</summary>
    public Task<T> TranslateAsync<T>(string step, Func<Task<T>> action, CancellationToken cancellationToken) => AzureFailures.TranslateAsync(
        action,
        refused: e => Refused(step, e),
        notSignedIn: () => new StoreException(
            $"cannot {step} in {location}: no identity of this machine could sign in",
            "Assign a managed identity to the app, sign in (az login), or give the store an address with a SAS."),
        unreachable: e => Unreachable(step, e),
        cancellationToken);

    // Only a body that broke off was not retried below within the patience.
    private static StoreException Transient(string message, string hint, Exception? cause = null) => new(message, hint, isTransient: true, cause) { IsSpent = cause is not IOException };

    private StoreException Unreachable(string step, Exception cause) => Transient(
        $"cannot {step}: {location} is not reachable or stopped answering",
        "Check name resolution, firewall and private endpoint of the storage account; the step is repeated by itself.",
        cause);

    private StoreException Refused(string step, RequestFailedException e)
    {
        var id = e.GetRawResponse()?.Headers.RequestId;
        var what = $"cannot {step} in {location}: status {e.Status} {e.ErrorCode}{(id is null ? "" : $", request {id}")}";
        return e.Status switch
        {
            401 or 403 when e.ErrorCode == BlobErrorCode.AuthorizationFailure => new(what,
                "The storage account's firewall or network rules refuse this machine, or the SAS does not allow this; allow one or renew the other."),
            401 or 403 => new(what,
                "Give the app's identity the role of its part on the container (infra-bicep/README.md, Roles); 'Storage Blob Data Contributor' serves too, but lets a backup app delete. New roles take some minutes. Or renew the SAS if it has expired."),
            404 when e.ErrorCode == BlobErrorCode.ContainerNotFound => new(what,
                "Create the container, or correct its name in the configuration of the store."),
            413 => new(what, "A proxy before the storage account limits how large a request may be: raise that limit to 64 MiB or more, or reach the account without it."),
            404 => new(what, "Check the address of the storage account."),
            409 when e.ErrorCode?.StartsWith("BlobImmutable", StringComparison.Ordinal) == true => new ImmutableBlobException(what,
                "The blob is under an immutability policy or a legal hold and can go when that ends."),
            408 or 429 or >= 500 => Transient(what, "The storage account is busy or being repaired; the step is repeated by itself. If it lasts, look at its limits and its health in the portal."),
            _ => new(what, "Look the code up in the documentation of Azure Blob Storage; with the request id, support can find the request.", e.Status == 409),
        };
    }
}
