using QdrantBackup.Sealing;

namespace QdrantBackup.Keys;

/// <summary>
/// How much work one opening of a store may take before it is known whether a key document is any good. Somebody who can write to the store can plant documents that ask for the
/// most; together they must not burn more than about a minute.
/// </summary>
internal sealed class OpeningWork
{
    // KiB of memory times passes: four documents of the most that is allowed, or 85 as this program writes them.
    private const long Most = 64L << 20;

    private long _taken;

    /// <summary>How many documents were not tried for want of work.</summary>
    public int Refused { get; private set; }

    /// <summary>Takes the work of one document; false if there is not so much left.</summary>
    public bool Allows(IStoreKeyRecipient recipient, KeyRecipient wrapped)
    {
        long work = recipient.WorkOf(wrapped);
        if (_taken + work > Most)
        {
            Refused++;
            return false;
        }

        _taken += work;
        return true;
    }
}
