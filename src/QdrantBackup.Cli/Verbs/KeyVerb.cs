using System.CommandLine;
using QdrantBackup.Cli.Connection;
using QdrantBackup.Configuration;
using QdrantBackup.Functions.Wiring;
using QdrantBackup.Manifests;
using QdrantBackup.Sealing;

namespace QdrantBackup.Cli.Verbs;

/// <summary><c>key init</c>: makes a store, its key, and the key file that opens it.</summary>
internal static class KeyVerb
{
    public static Command Create(GlobalOptions options) => new("key", "The keys of the store") { Init(options) };

    private static Command Init(GlobalOptions options)
    {
        var command = new Command("init", "Make the store and its key, wrapped for the configured key file (made too if it is missing); print the two lines that pin both");
        command.SetAction((parsed, cancellationToken) => InitAsync(options.Read(parsed), parsed.InvocationConfiguration, cancellationToken));
        return command;
    }

    private static async Task<int> InitAsync(Settings settings, InvocationConfiguration console, CancellationToken cancellationToken)
    {
        var options = BackupOptionsReader.Read(LocalApp.Configuration(settings));
        var blobs = StoreConnection.OpenBlobs(options, TimeProvider.System);
        var recipients = new List<KeyFileRecipient>();
        try
        {
            foreach (var path in options.Encryption.KeyFiles)
            {
                recipients.Add(File.Exists(path) ? KeyFileRecipient.Load(path) : Make(path, console.Error));
            }

            var pins = await SealedStore.InitializeAsync(blobs, recipients, TimeProvider.System, cancellationToken);
            await console.Error.WriteLineAsync($"The store {blobs.Location} is made. Add these lines to the configuration, so that no other store or key is ever taken for it:");
            await console.Output.WriteLineAsync($"  store: {{ id: {pins.StoreId}, keyId: {pins.KeyId} }}");
            await console.Error.WriteLineAsync("Keep a copy of every key file away from this machine: without one nobody can read the backups.");
            return ExitCode.Done;
        }
        finally
        {
            recipients.ForEach(recipient => recipient.Dispose());
        }
    }

    private static KeyFileRecipient Make(string path, TextWriter error)
    {
        var recipient = KeyFileRecipient.Create(path);
        error.WriteLine($"made the key file {path}");
        return recipient;
    }
}
