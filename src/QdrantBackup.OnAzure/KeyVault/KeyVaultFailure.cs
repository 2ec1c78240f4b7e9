using Azure;

namespace QdrantBackup.OnAzure.KeyVault;

/// <summary>A vault's refusal. Its own words may quote what was sent, so only status, code and request id are kept (W5).</summary>
internal sealed class KeyVaultFailure(int status, string? code, string? requestId)
    : RequestFailedException(status, $"The vault answered {status} {code}.", code, innerException: null)
{
    public string? RequestId { get; } = requestId;
}
