using System.CommandLine;

namespace QdrantBackup.Cli.Verbs.Keys;

/// <summary><c>key</c>: the store's key and its recipients. These commands need no server: they work on the store itself.</summary>
internal static class KeyVerb
{
    public static Command Create(GlobalOptions options) => new("key", "The key of the store and its recipients")
    {
        KeyInitVerb.Create(options),
        KeyShowVerb.Create(options),
        KeyTestVerb.Create(options),
        KeyAddVerb.Create(options),
        KeyRemoveVerb.Create(options),
        KeyRewrapVerb.Create(options),
    };

    /// <summary>The option that accepts what a gate refuses.</summary>
    public static Option<bool> AcceptKeyLoss() => new("--accept-key-loss") { Description = "Accept that one loss may close every backup for ever" };
}
