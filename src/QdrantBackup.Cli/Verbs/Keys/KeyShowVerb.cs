using System.CommandLine;
using System.Text.Json;
using QdrantBackup.App.Stores;
using QdrantBackup.Cli.Output;
using QdrantBackup.Keys;

namespace QdrantBackup.Cli.Verbs.Keys;

/// <summary><c>key show</c>: whom the store's key is wrapped for. It needs no key; with one it also says that nobody changed what it shows.</summary>
internal static class KeyShowVerb
{
    public static Command Create(GlobalOptions options)
    {
        var command = new Command("show", "Show whom the store's key is wrapped for");
        command.SetAction((parsed, cancellationToken) => ShowAsync(options.Read(parsed), parsed.InvocationConfiguration, cancellationToken));
        return command;
    }

    private static async Task<int> ShowAsync(Settings settings, InvocationConfiguration console, CancellationToken cancellationToken)
    {
        using var session = KeySession.Open(settings);
        using var keyring = await TryOpenAsync(session, console.Error, cancellationToken);
        var documents = keyring?.Documents ?? await StoreKeyring.ReadDocumentsAsync(session.Blobs, cancellationToken);
        RecipientView[] recipients = [.. documents.Select(d => RecipientView.Of(d, keyring?.IsAuthentic(d)))];
        var report = new Report(console.Output, settings);
        if (report.IsJson)
        {
            report.Json(JsonSerializer.SerializeToElement(
                new KeyView(keyring?.StoreId.ToString(), keyring?.KeyId, keyring?.IsReplica, StoreConnection.PinsOf(session.Options) is not null, session.Options.Encryption.KeyNumber, recipients), KeyJson.Default.KeyView));
            return ExitCode.Done;
        }

        if (keyring is not null)
        {
            report.Text($"{(keyring.IsReplica ? "copy of store" : "store")} {keyring.StoreId}, key {keyring.KeyId}, sealing with key number {session.Options.Encryption.KeyNumber}");
        }

        report.Table([new("ID"), new("KIND", Drop: 2), new("CREATED", Drop: 1), new("AUTHENTIC"), new("KEY", Wraps: true)], recipients.Select(r => r.Columns));
        return ExitCode.Done;
    }

    private static async Task<StoreKeyring?> TryOpenAsync(KeySession session, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            return await session.OpenKeyringAsync(error, cancellationToken);
        }
        catch (BackupException e) when (e is UsageException or SealException or StoreException { IsTransient: true })
        {
            await error.WriteLineAsync($"not opened, so the following lines are not authenticated: {e.Message}");
            return null;
        }
    }
}
