using Azure;
using QdrantBackup.Keys;

namespace QdrantBackup.OnAzure.KeyVault;

/// <summary>Turns the failures of a vault's client, ours or the vendor's, into ours.</summary>
internal sealed class KeyVaultErrors(VaultKeyAddress key, TimeSpan patience, TimeProvider time)
{
    private const string OthersOpen = "Any other recipient opens the store too.";
    private const string Role = "Key Vault Crypto Service Encryption User";

    /// <summary>Runs one step against the vault, for as long as there is patience.</summary>
    public async Task<T> TranslateAsync<T>(string step, Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        using var patienceEnds = new CancellationTokenSource(Patience.AnswerWithin(patience), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patienceEnds.Token);
        return await AzureFailures.TranslateAsync(
            () => action(either.Token),
            refused: e => Refused(step, e),
            notSignedIn: () => new StoreException(
                $"cannot {step} with {key}: no identity of this machine could sign in",
                $"Assign a managed identity to the app, or sign in (az login). {OthersOpen}"),
            unreachable: e => new StoreException(
                $"cannot {step} with {key}: the vault is not reachable or stopped answering",
                $"Check name resolution, firewall and private endpoint of the vault. {OthersOpen}",
                isTransient: true,
                e) { IsSpent = true },
            cancellationToken);
    }

    private StoreException Refused(string step, RequestFailedException e)
    {
        var id = (e as KeyVaultFailure)?.RequestId ?? e.GetRawResponse()?.Headers.RequestId;
        var what = $"cannot {step} with {key}: status {e.Status} {e.ErrorCode}{(id is null ? "" : $", request {id}")}";
        return (e.Status, e.ErrorCode) switch
        {
            (401, _) => new(what, "The vault does not accept this identity's token: it belongs to another tenant than the vault, or was revoked."),
            (403, "KeyDisabled") => new(what, $"The key is disabled. Enable it: az keyvault key set-attributes --id {key} --enabled true. {OthersOpen}"),
            (403, "KeyOperationForbidden") => new(what, "The key does not permit this: its permitted operations must include wrapKey and unwrapKey."),
            (403, "ForbiddenByFirewall" or "ForbiddenByConnection") => new(what, "The vault's firewall or network rules refuse this machine: allow it, or reach the vault by its private endpoint."),
            (403, _) => new(what, $"Give the identity the role '{Role}' on this key (new roles take some minutes), or the permissions get, wrapKey and unwrapKey."),
            (404, _) => new(what, $"There is no such key, or not this version of it. If it was deleted, recover it: az keyvault key recover --id {key.At(null)}. {OthersOpen}"),
            (408 or 429 or >= 500, _) => new(what, $"The vault is busy or being repaired; the step is repeated by itself. {OthersOpen}", isTransient: true) { IsSpent = true },
            _ => new(what, "Look the code up in the documentation of Azure Key Vault; with the request id, support can find the request.", innerException: e),
        };
    }
}
