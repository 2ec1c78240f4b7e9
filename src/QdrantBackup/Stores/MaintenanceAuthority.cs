using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;

namespace QdrantBackup.Stores;

/// <summary>A record that only maintenance, or an administrator, may write: it holds a second copy of itself, sealed under their key.</summary>
/// <typeparam name="T">The record.</typeparam>
internal interface IProved<T>
{
    /// <summary>The record under that key, in base64, or null.</summary>
    string? Proof { get; }

    /// <summary>The record with another proof.</summary>
    T With(string? proof);
}

/// <summary>
/// Decides who may end a backup, release a hold or waive a brake. Everything in the store is sealed under the store key, and the backup app
/// has that key. Where maintenance is an app of its own, such records therefore count only with a proof under a key that the backup app does not have.
/// </summary>
public sealed class MaintenanceAuthority : IDisposable
{
    private const string Purpose = "#proof";

    private readonly Sealer? _own;

    private MaintenanceAuthority(bool canProve, Sealer? own) => (CanProve, _own) = (canProve, own);

    /// <summary>One identity does everything: the seal of the store is the proof.</summary>
    public static MaintenanceAuthority OfStore { get; } = new(canProve: true, own: null);

    /// <summary>This app may end and release nothing. Ends and releases of others it accepts by the seal of the store, since it deletes nothing because of them.</summary>
    public static MaintenanceAuthority None { get; } = new(canProve: false, own: null);

    /// <summary>Maintenance has a key of its own, kept where the backup app cannot read.</summary>
    internal static MaintenanceAuthority Own(Sealer sealer) => new(canProve: true, sealer);

    /// <summary>Whether this app may end backups and release holds.</summary>
    public bool CanProve { get; }

    /// <summary>Whether maintenance has a key of its own.</summary>
    public bool HasOwnKey => _own is not null;

    /// <inheritdoc/>
    public void Dispose() => _own?.Dispose();

    /// <summary>The view of the store that only maintenance reads and writes: for records that decide what is deleted and that no other app needs.</summary>
    internal SealedStore Wrap(SealedStore store) =>
        _own is null ? store : new SealedStore(store.Blobs, _own, store.IsReplica, ownsSealer: false);

    /// <summary>Adds the proof to a record.</summary>
    /// <exception cref="RefusedException">This app may end and release nothing.</exception>
    internal T Prove<T>(BlobName name, T record, JsonTypeInfo<T> json)
        where T : class, IProved<T>
    {
        ThrowUnlessAllowed();
        return _own is null
            ? record.With(null)
            : record.With(Convert.ToBase64String(_own.Seal(SealedType.Record, name.Value + Purpose, JsonSerializer.SerializeToUtf8Bytes(record.With(null), json))));
    }

    /// <summary>The valid content of a record: maintenance with a key of its own accepts only the copy under that key. Null: the record is not proven.</summary>
    internal T? Check<T>(BlobName name, T record, JsonTypeInfo<T> json)
        where T : class, IProved<T>
    {
        if (_own is null)
        {
            return record;
        }

        try
        {
            return record.Proof is { } proof
                ? SealedStore.ReadDocument(name.Value + Purpose, _own.Open(SealedType.Record, name.Value + Purpose, Convert.FromBase64String(proof)), json)
                : null;
        }
        catch (Exception e) when (e is SealException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Refuses actions that only maintenance or an administrator may take.</summary>
    /// <exception cref="RefusedException">This app may end and release nothing.</exception>
    public void ThrowUnlessAllowed()
    {
        if (!CanProve)
        {
            throw new RefusedException(
                "this app may neither end backups nor release holds: only maintenance can prove that",
                "Ask the app whose role is maintenance, or set Role to all. A maintenance app needs Retention:Memory.");
        }
    }
}
