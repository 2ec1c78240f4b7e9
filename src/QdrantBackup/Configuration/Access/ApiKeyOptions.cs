namespace QdrantBackup.Configuration.Access;

/// <summary>What a key allows.</summary>
[Flags]
public enum ApiScopes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Look: status, catalog, runs, plans, metrics.</summary>
    Read = 1,

    /// <summary>Start, cancel and verify backups; implies <see cref="Read"/>.</summary>
    Backup = 2,

    /// <summary>Plan, start and approve restores; implies <see cref="Read"/>.</summary>
    Restore = 4,

    /// <summary>Everything, with what deletes: delete, holds, retention, schedules.</summary>
    Admin = 8,
}

/// <summary>One configured key: known only by the hash of it.</summary>
/// <param name="Name">Who holds it; stands in the audit.</param>
/// <param name="Sha256">SHA-256 of the key's UTF-8 bytes, 64 hex digits.</param>
/// <param name="Scopes">What it allows.</param>
public sealed record ApiKeyOptions(string Name, string Sha256, ApiScopes Scopes);
