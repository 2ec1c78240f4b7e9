namespace QdrantBackup;

/// <summary>
/// An error that a person can act on: the message names what failed and where, <see cref="Hint"/> what to do next.
/// Neither may carry a secret, a SAS or plaintext of a backup (W5).
/// </summary>
public abstract class BackupException : Exception
{
    /// <summary>Makes the error from what failed, what to do next, and what caused it.</summary>
    protected BackupException(string message, string hint, Exception? innerException = null)
        : base(message, innerException) => Hint = hint;

    /// <summary>What to do next, as one sentence or two.</summary>
    public string Hint { get; }

    /// <summary>Whether the same call may succeed later although nobody changes anything.</summary>
    public virtual bool IsTransient => false;

    /// <summary>Whether the store is damaged: a blob is missing, changed or too long. False when the store cannot be reached now.</summary>
    public virtual bool IsDamage => false;

    /// <summary>Whether the whole patience was spent on retries, so that no loop around the call starts another round of them.</summary>
    public bool IsSpent { get; internal set; }
}

/// <summary>Qdrant's side failed: it cannot be reached, refused, or answered something that must not be trusted.</summary>
public class SourceException(string message, string hint, bool isTransient = false, Exception? innerException = null)
    : BackupException(message, hint, innerException)
{
    /// <inheritdoc/>
    public override bool IsTransient { get; } = isTransient;

    /// <summary>Whether the server gave no answer or asked to come back later: it is away, not broken.</summary>
    internal bool IsAway { get; init; }

    /// <summary>Whether the server may have carried the request out all the same: check before asking again.</summary>
    internal bool IsOutcomeUnknown { get; init; }

    /// <summary>Whether the server itself answered: then it is over with the request, also where it failed.</summary>
    internal bool IsItsOwn { get; init; }

    /// <summary>How long the server asked to wait before the next request.</summary>
    internal TimeSpan? ComeBackAfter { get; init; }
}

/// <summary>The store's side failed: it cannot be reached, refused, is full, or lacks what must be there.</summary>
public class StoreException(string message, string hint, bool isTransient = false, Exception? innerException = null)
    : BackupException(message, hint, innerException)
{
    /// <inheritdoc/>
    public override bool IsTransient { get; } = isTransient;
}

/// <summary>A conditional put or delete found another blob in the store than the caller expected.</summary>
public sealed class StoreConflictException(string message, string hint, Exception? innerException = null)
    : StoreException(message, hint, isTransient: false, innerException);

/// <summary>Bytes of the store are not to be trusted: flipped, cut, swapped, moved, sealed under another key, or of a newer format.</summary>
public sealed class SealException(string message, string hint, Exception? innerException = null)
    : BackupException(message, hint, innerException)
{
    /// <inheritdoc/>
    public override bool IsDamage => true;

    /// <summary>Whether a newer version of this program wrote it: nothing is wrong with it, so it must not be replaced.</summary>
    public bool IsNewerFormat { get; init; }
}

/// <summary>The app is not configured as it must be, e.g. a key file is missing: its operator can act, the caller of a request cannot.</summary>
public sealed class MisconfiguredException(string message, string hint, Exception? innerException = null)
    : BackupException(message, hint, innerException);

/// <summary>What the caller asked for or configured is wrong; nothing was started.</summary>
public class UsageException(string message, string hint, Exception? innerException = null)
    : BackupException(message, hint, innerException);

/// <summary>A gate refused: the request is well formed, but doing it would break a promise (overwrite, version gap, another cluster).</summary>
public sealed class RefusedException(string message, string hint)
    : BackupException(message, hint);
