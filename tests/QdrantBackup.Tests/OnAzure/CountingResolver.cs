using Azure.Core.Cryptography;

namespace QdrantBackup.Tests.OnAzure;

/// <summary>Records which keys are requested.</summary>
internal sealed class CountingResolver(IKeyEncryptionKeyResolver inner) : IKeyEncryptionKeyResolver
{
    public List<string> Asked { get; } = [];

    public IKeyEncryptionKey Resolve(string keyId, CancellationToken cancellationToken = default)
    {
        Asked.Add(keyId);
        return inner.Resolve(keyId, cancellationToken);
    }

    public Task<IKeyEncryptionKey> ResolveAsync(string keyId, CancellationToken cancellationToken = default) => Task.FromResult(Resolve(keyId, cancellationToken));
}
