using Azure;
using Azure.Identity;
using QdrantBackup.Sealing;

namespace QdrantBackup.OnAzure.KeyVault;

/// <summary>Turns the failures of a vault's client, ours or the vendor's, into ours.</summary>
internal sealed class KeyVaultErrors(VaultKeyAddress key, TimeSpan patience, TimeProvider time)
{
    private const string Role = "Key Vault Crypto Service Encryption User";

    /// <summary>Runs one step against the vault, for as long as there is patience.</summary>
    public async Task<T> TranslateAsync<T>(string step, Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        using var patienceEnds = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patienceEnds.Token);
        try
        {
            return await action(either.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException or AuthenticationFailedException or IOException or OperationCanceledException or TimeoutException)
        {
            throw Translate(step, e);
        }
    }

    private StoreException Translate(string step, Exception failure) => failure switch
    {
        // Retries that all failed: the last one says most.
        AggregateException { InnerExceptions: [.., var last] } => Translate(step, last),
        RequestFailedException { Status: 0 } e => Unreachable(step, e.InnerException ?? e),
        RequestFailedException e => Refused(step, e),
        AuthenticationFailedException => new StoreException(
            $"cannot {step} with {key}: no identity of this machine could sign in",
            "Assign a managed identity to the app, or sign in (az login). Any other recipient opens the store too."),
        _ => Unreachable(step, failure),
    };

    private StoreException Unreachable(string step, Exception cause) => new(
        $"cannot {step} with {key}: the vault is not reachable or stopped answering",
        "Check name resolution, firewall and private endpoint of the vault. Any other recipient opens the store too.",
        isTransient: true,
        cause);

    private StoreException Refused(string step, RequestFailedException e)
    {
        var id = (e as KeyVaultFailure)?.RequestId ?? e.GetRawResponse()?.Headers.RequestId;
        var what = $"cannot {step} with {key}: status {e.Status} {e.ErrorCode}{(id is null ? "" : $", request {id}")}";
        return (e.Status, e.ErrorCode) switch
        {
            (401, _) => new(what, "The vault does not accept this identity's token: it belongs to another tenant than the vault, or was revoked."),
            (403, "KeyDisabled") => new(what, $"The key is disabled. Enable it: az keyvault key set-attributes --id {key} --enabled true. Any other recipient opens the store too."),
            (403, "KeyOperationForbidden") => new(what, "The key does not permit this: its permitted operations must include wrapKey and unwrapKey."),
            (403, "ForbiddenByFirewall" or "ForbiddenByConnection") => new(what, "The vault's firewall or network rules refuse this machine: allow it, or reach the vault by its private endpoint."),
            (403, _) => new(what, $"Give the identity the role '{Role}' on this key (new roles take some minutes), or the permissions get, wrapKey and unwrapKey."),
            (404, _) => new(what, $"There is no such key, or not this version of it. If it was deleted, recover it: az keyvault key recover --id {key.At(null)}. Any other recipient opens the store too."),
            (408 or 429 or >= 500, _) => new(what, "The vault is busy or being repaired; the step is repeated by itself. Any other recipient opens the store too.", isTransient: true),
            _ => new(what, "Look the code up in the documentation of Azure Key Vault; with the request id, support can find the request.", innerException: e),
        };
    }
}
