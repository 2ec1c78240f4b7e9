using QdrantBackup.Keys;

namespace QdrantBackup.App.Stores;

/// <summary>The recipients at hand: those that could be taken up, in the order in which they are tried, and what was wrong with the others.</summary>
public sealed class RecipientSet : IDisposable
{
    internal RecipientSet(IReadOnlyList<IStoreKeyRecipient> all, IReadOnlyList<UsageException> problems) => (All, Problems) = (all, problems);

    /// <summary>The recipients.</summary>
    public IReadOnlyList<IStoreKeyRecipient> All { get; }

    /// <summary>Why others are not among them: a file that is not there, or is not what it should be.</summary>
    public IReadOnlyList<UsageException> Problems { get; }

    /// <summary>The recipients, if at least one of them could open a store.</summary>
    /// <exception cref="UsageException">None could; it says what is wrong with each.</exception>
    public IReadOnlyList<IStoreKeyRecipient> ThatOpen()
    {
        if (All.Any(r => r.CanUnwrap))
        {
            return All;
        }

        string[] wrong = [.. Problems.Select(p => p.Message), .. All.Select(r => $"{r.Description} only wraps")];
        var hint = Problems is [var first, ..] ? first.Hint : "Configure one that can unwrap: a key file, a key in a vault, a passphrase or a private key.";
        throw new UsageException(
            $"none of the configured recipients of the store's key can be used: {string.Join("; ", wrong)}",
            $"{hint} If there is no store yet, 'qdrant-backup key init' makes it and its key file.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var recipient in All)
        {
            recipient.Dispose();
        }
    }
}
