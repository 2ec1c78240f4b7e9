using System.CommandLine;
using System.Text.Json;
using QdrantBackup.Cli.Output;
using QdrantBackup.Keys;
using QdrantBackup.Sealing;

namespace QdrantBackup.Cli.Verbs.Keys;

/// <summary><c>key test</c>: opens the store with each recipient that is at hand, and says which ones do and which are elsewhere.</summary>
internal static class KeyTestVerb
{
    public static Command Create(GlobalOptions options)
    {
        var command = new Command("test", "Open the store with each configured recipient; exit code 1 if one of them does not");
        command.SetAction((parsed, cancellationToken) => TestAsync(options.Read(parsed), parsed.InvocationConfiguration, cancellationToken));
        return command;
    }

    private static async Task<int> TestAsync(Settings settings, InvocationConfiguration console, CancellationToken cancellationToken)
    {
        using var session = KeySession.Open(settings);
        using var keyring = await session.OpenKeyringAsync(console.Error, cancellationToken);
        var tested = new List<TestedRecipient>();
        foreach (var document in keyring.Documents)
        {
            tested.Add(await TestAsync(keyring, document, session.Recipients.All, cancellationToken));
        }

        var report = new Report(console.Output, settings);
        if (report.IsJson)
        {
            report.Json(JsonSerializer.SerializeToElement(new KeyTestView(keyring.StoreId.ToString(), keyring.KeyId, tested), KeyJson.Default.KeyTestView));
        }
        else
        {
            report.Table([new("ID"), new("KIND", Drop: 1), new("OPENS"), new("EXPIRES"), new("REMARK", Wraps: true)], tested.Select(t => t.Columns));
        }

        foreach (var problem in session.Recipients.Problems)
        {
            await console.Error.WriteLineAsync($"error: {problem.Message}");
            await console.Error.WriteLineAsync($"hint:  {problem.Hint}");
        }

        if (KeyLossGate.IsTooFew(keyring.Recipients.Count))
        {
            await console.Error.WriteLineAsync("warning: the store has one recipient: if it is lost, every backup is lost. Add another with 'qdrant-backup key add-recipient'.");
        }

        return session.Recipients.Problems.Count > 0 || tested.Any(t => t.Opens == RecipientTest.No) ? ExitCode.Failed : ExitCode.Done;
    }

    private static async Task<TestedRecipient> TestAsync(
        StoreKeyring keyring, StoredKeyDocument document, IReadOnlyList<IStoreKeyRecipient> recipients, CancellationToken cancellationToken)
    {
        var id = document.RecipientId;
        if (document.Document?.Recipient is not { } wrapped)
        {
            return new TestedRecipient(id, "?", RecipientTest.No, null, document.Problem!.Message);
        }

        BackupException? failure = null;
        foreach (var recipient in recipients.Where(r => r.CanUnwrap && r.IsFor(wrapped)))
        {
            failure = await keyring.TestAsync(document, recipient, cancellationToken);
            if (failure is null)
            {
                return await LookAsync(id, wrapped, recipient, cancellationToken);
            }
        }

        return failure is null
            ? new TestedRecipient(id, wrapped.Kind, RecipientTest.NotHere, null, keyring.IsAuthentic(document) ? "its key is not at hand here: test it where it is" : "its document was changed: rewrap it or remove it")
            : new TestedRecipient(id, wrapped.Kind, RecipientTest.No, null, $"{failure.Message} {failure.Hint}");
    }

    private static async Task<TestedRecipient> LookAsync(string id, KeyRecipient wrapped, IStoreKeyRecipient recipient, CancellationToken cancellationToken)
    {
        try
        {
            var state = await recipient.LookAsync(wrapped, cancellationToken);
            var remark = state.IsNewest ? recipient.Description : $"{recipient.Description} was rotated: run 'key rewrap'";
            return new TestedRecipient(id, wrapped.Kind, RecipientTest.Yes, state.Expires, remark);
        }
        catch (BackupException e)
        {
            return new TestedRecipient(id, wrapped.Kind, RecipientTest.Yes, null, e.Message);
        }
    }
}
