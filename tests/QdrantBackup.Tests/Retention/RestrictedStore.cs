using QdrantBackup.Soak.World;
using QdrantBackup.Storage;

namespace QdrantBackup.Tests.Retention;

/// <summary>A store whose identity may read, create and overwrite, but neither delete nor tag; or whose policy keeps some blobs.</summary>
internal sealed class RestrictedStore(IBackupStore inner, Func<BlobName, bool> isImmutable, bool mayDelete) : RelayingStore(inner)
{
    public override Task<bool> DeleteAsync(BlobName name, string? ifMatch, CancellationToken cancellationToken) => isImmutable(name)
        ? Task.FromException<bool>(new ImmutableBlobException($"{name} is immutable", "Wait."))
        : mayDelete ? base.DeleteAsync(name, ifMatch, cancellationToken) : Task.FromException<bool>(Denied("delete", name));

    public override Task ExpireAsync(BlobName name, CancellationToken cancellationToken) =>
        mayDelete ? base.ExpireAsync(name, cancellationToken) : Task.FromException(Denied("tag", name));

    private static InvalidOperationException Denied(string what, BlobName name) => new($"this identity may not {what} {name}");
}
