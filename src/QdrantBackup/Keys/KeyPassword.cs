using System.Text;

namespace QdrantBackup.Keys;

/// <summary>The password of a private key, from a file or from the configuration.</summary>
public static class KeyPassword
{
    private const int MaxBytes = 1024;

    /// <summary>Opens with the password that was meant, or else with the bytes that earlier versions took for it.</summary>
    /// <param name="path">The file that holds the password; null: <paramref name="text"/> is the password.</param>
    /// <param name="text">The password; null without a path: the key has no password.</param>
    /// <param name="open">Opens the key with a password.</param>
    public static RsaRecipient Open(string? path, string? text, Func<string?, RsaRecipient> open)
    {
        if (path is null && text is null)
        {
            return open(null);
        }

        using var line = path is not null ? SecretLine.Read(path, "password file", MaxBytes) : SecretLine.Of(text!);
        if (line.Meant is not { } meant)
        {
            return open(Encoding.UTF8.GetString(line.AsItStands!));
        }

        try
        {
            return open(Encoding.UTF8.GetString(meant));
        }
        catch (UsageException) when (line.AsItStands is not null)
        {
            if (TryOpen(open, Encoding.UTF8.GetString(line.AsItStands)) is { } opened)
            {
                return opened;
            }

            throw;
        }
    }

    private static RsaRecipient? TryOpen(Func<string?, RsaRecipient> open, string password)
    {
        try
        {
            return open(password);
        }
        catch (UsageException)
        {
            return null;
        }
    }
}
