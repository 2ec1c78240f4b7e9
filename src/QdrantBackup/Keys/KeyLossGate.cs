namespace QdrantBackup.Keys;

/// <summary>
/// Whoever loses every recipient loses every backup. A store in the cloud therefore has two, the second kept offline, unless the loss of the only one is
/// accepted by name; a store on the machine is lost with the machine's key file anyway, and gets a reminder.
/// </summary>
/// <param name="IsRemote">Whether the store is not on this machine.</param>
/// <param name="IsLossAccepted">Whether somebody said that one recipient is enough.</param>
public sealed record KeyLossGate(bool IsRemote, bool IsLossAccepted)
{
    private const string HowToAdd =
        "Add a public key whose private half is kept offline (Encryption:Recipients, publicKeyFile), a passphrase or a second key file (docs/keys.md).";

    /// <summary>Whether a store with so many recipients hangs on too few of them.</summary>
    public static bool IsTooFew(int recipients) => recipients < 2;

    /// <summary>Refuses to make a store that one loss would close for ever.</summary>
    /// <exception cref="RefusedException">It has one recipient, is remote, and nobody accepted that.</exception>
    public void CheckNewStore(int recipients)
    {
        if (IsRemote && !IsLossAccepted && IsTooFew(recipients))
        {
            throw new RefusedException(
                "the store would have one recipient: if it is lost, every backup is lost for good",
                $"{HowToAdd} Or accept the risk: Encryption:AcceptKeyLoss, or 'qdrant-backup key init --accept-key-loss'.");
        }
    }

    /// <summary>Refuses to take the last recipient away, and the last but one of a remote store.</summary>
    /// <exception cref="RefusedException">It would.</exception>
    internal void CheckRemaining(string recipientId, int staying)
    {
        if (staying == 0)
        {
            throw new RefusedException(
                $"'{recipientId}' is the last recipient of the store: without it no backup in the store could be opened ever again",
                "Add another recipient first. To end a store for good, delete it.");
        }

        if (IsRemote && !IsLossAccepted && IsTooFew(staying))
        {
            throw new RefusedException(
                $"without '{recipientId}' the store would have one recipient: if it is lost, every backup is lost",
                $"{HowToAdd} Or accept the risk: 'qdrant-backup key remove-recipient --accept-key-loss'.");
        }
    }
}
