using QdrantBackup.Damages;
using QdrantBackup.Parts;
using QdrantBackup.Stores;

namespace QdrantBackup.Catalog;

/// <summary>An opened store, as those see it who read and write backups in it.</summary>
/// <param name="Store">The store.</param>
/// <param name="Catalog">Its backups.</param>
/// <param name="Damage">Its chunks that are known to be damaged.</param>
/// <param name="Other">The other store, for what is damaged or missing here; null if there is none.</param>
public sealed record StoreAccess(SealedStore Store, BackupCatalog Catalog, DamageRecords Damage, OtherCopy? Other = null);
