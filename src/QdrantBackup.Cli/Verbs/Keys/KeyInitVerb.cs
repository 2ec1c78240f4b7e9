using System.CommandLine;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Keys;

namespace QdrantBackup.Cli.Verbs.Keys;

/// <summary><c>key init</c>: makes a store and its key, wrapped for the configured recipients; or finishes what an interrupted one began.</summary>
internal static class KeyInitVerb
{
    public static Command Create(GlobalOptions options)
    {
        var acceptKeyLoss = KeyVerb.AcceptKeyLoss();
        var command = new Command("init", "Create the store and its key, wrapped for the configured recipients (missing key files are created); print the line that pins both") { acceptKeyLoss };
        command.SetAction((parsed, cancellationToken) => InitAsync(options.Read(parsed), parsed.GetValue(acceptKeyLoss), parsed.InvocationConfiguration, cancellationToken));
        return command;
    }

    private static async Task<int> InitAsync(Settings settings, bool acceptKeyLoss, InvocationConfiguration console, CancellationToken cancellationToken)
    {
        var options = KeySession.ReadOptions(settings);
        KeySession.GateOf(options, acceptKeyLoss).CheckNewStore(options.Encryption.Recipients.Count);
        await MakeKeyFilesAsync(options, console, cancellationToken);

        using var session = KeySession.Open(options);
        if (session.Recipients.Problems is [var problem, ..])
        {
            // A store that was made without one of its recipients would only be found out when that one is needed.
            throw problem;
        }

        var pins = await StoreCreation.InitializeAsync(session.Blobs, session.Recipients.All, session.Time, cancellationToken);
        await console.Error.WriteLineAsync($"The store {session.Blobs.Location} is created. Add this line to the configuration, so that no other store or key is accepted in its place:");
        await console.Output.WriteLineAsync($"  store: {{ id: {pins.StoreId}, keyId: {pins.KeyId} }}");
        await console.Error.WriteLineAsync(KeyLossGate.IsTooFew(session.Recipients.All.Count)
            ? $"The store has one recipient, {session.Recipients.All[0].Description}: if it is lost, every backup is lost. Keep a copy away from this machine, or add another recipient with 'qdrant-backup key add-recipient'."
            : $"Any of its {session.Recipients.All.Count} recipients opens it. Keep one of them away from this machine, and check each one with 'qdrant-backup key test'.");
        return ExitCode.Done;
    }

    // A new key opens no store that is there already: it would only look as if it did.
    private static async Task MakeKeyFilesAsync(BackupOptions options, InvocationConfiguration console, CancellationToken cancellationToken)
    {
        KeyFileOptions[] missing = [.. options.Encryption.Recipients.OfType<KeyFileOptions>().Where(file => !File.Exists(file.Path))];
        if (missing.Length == 0)
        {
            return;
        }

        var blobs = StoreConnection.OpenBlobs(options, TimeProvider.System);
        try
        {
            if (await StoreCreation.IsBegunAsync(blobs, cancellationToken))
            {
                return;
            }
        }
        catch (RefusedException e)
        {
            throw new RefusedException(e.Message, $"A store is made once, and the key file {missing[0].Path} is missing: put back the one that the store was made with. No new one was made, since it would not open this store.");
        }

        foreach (var file in missing)
        {
            KeyFileRecipient.Create(file.Path).Dispose();
            await console.Error.WriteLineAsync($"made the key file {file.Path}");
        }
    }
}
