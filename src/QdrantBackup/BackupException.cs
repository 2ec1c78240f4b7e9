namespace QdrantBackup;

/// <summary>
/// An error that a person can act on: the message says what failed and where, <see cref="Hint"/> what to do next.
/// Neither may carry a secret, a SAS or plaintext of a backup (W5).
/// </summary>
public abstract class BackupException : Exception
{
    /// <summary>Makes the error from what failed, what to do next, and what caused it.</summary>
    protected BackupException(string message, string hint, Exception? innerException = null)
        : base(message, innerException) => Hint = hint;

    /// <summary>What to do next, as one sentence or two.</summary>
    public string Hint { get; }

    /// <summary>Whether the same call may succeed later without anybody changing anything.</summary>
    public virtual bool IsTransient => false;

    /// <summary>Whether it is damage of the store, which stays: something is missing, changed or longer than it may be. A store that cannot be reached now is none.</summary>
    public virtual bool IsDamage => false;

    /// <summary>Whether it was tried again for as long as there is patience, so that no loop around it begins anew.</summary>
    public bool IsSpent { get; internal set; }
}

/// <summary>Qdrant's side failed: it cannot be reached, refused, or answered something that must not be trusted.</summary>
public class SourceException(string message, string hint, bool isTransient = false, Exception? innerException = null)
    : BackupException(message, hint, innerException)
{
    /// <inheritdoc/>
    public override bool IsTransient { get; } = isTransient;

    /// <summary>Whether the server gave no answer, or asked to come back later: it is away, not at fault.</summary>
    internal bool IsAway { get; init; }

    /// <summary>Whether the server may have done what was asked for nevertheless: look before asking again.</summary>
    internal bool IsOutcomeUnknown { get; init; }

    /// <summary>After what time the server asked to come back.</summary>
    internal TimeSpan? ComeBackAfter { get; init; }
}

/// <summary>The store's side failed: it cannot be reached, refused, is full, or lacks what must be there.</summary>
public class StoreException(string message, string hint, bool isTransient = false, Exception? innerException = null)
    : BackupException(message, hint, innerException)
{
    /// <inheritdoc/>
    public override bool IsTransient { get; } = isTransient;
}

/// <summary>A conditional put or delete found something else in the store than it was told to expect.</summary>
public sealed class StoreConflictException(string message, string hint, Exception? innerException = null)
    : StoreException(message, hint, isTransient: false, innerException);

/// <summary>Bytes of the store are not to be trusted: flipped, cut, swapped, moved, sealed under another key, or of a newer format.</summary>
public sealed class SealException(string message, string hint, Exception? innerException = null)
    : BackupException(message, hint, innerException)
{
    /// <inheritdoc/>
    public override bool IsDamage => true;

    /// <summary>Whether a newer version of this program wrote it: nothing is wrong with it, so it must neither be replaced nor started afresh.</summary>
    public bool IsNewerFormat { get; init; }
}

/// <summary>What the caller asked for or configured is wrong; nothing was started.</summary>
public class UsageException(string message, string hint, Exception? innerException = null)
    : BackupException(message, hint, innerException);

/// <summary>A gate refused: the request is well formed, but doing it would break a promise (overwrite, version gap, another cluster).</summary>
public sealed class RefusedException(string message, string hint)
    : BackupException(message, hint);
