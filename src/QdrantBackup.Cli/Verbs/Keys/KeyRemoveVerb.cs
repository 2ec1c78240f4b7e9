using System.CommandLine;
using QdrantBackup.Keys;

namespace QdrantBackup.Cli.Verbs.Keys;

/// <summary><c>key remove-recipient ID</c>: takes away what the store's key was wrapped in for one recipient; never the last.</summary>
internal static class KeyRemoveVerb
{
    public static Command Create(GlobalOptions options)
    {
        var id = new Argument<string>("ID") { Description = "The recipient's id, as 'key show' prints it" };
        var acceptKeyLoss = KeyVerb.AcceptKeyLoss();
        var command = new Command("remove-recipient", "Remove a recipient, after another one was seen to open the store") { id, acceptKeyLoss };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = KeySession.Open(options.Read(parsed));
            using var keyring = await session.OpenKeyringAsync(parsed.InvocationConfiguration.Error, cancellationToken);
            var gate = KeySession.GateOf(session.Options, parsed.GetValue(acceptKeyLoss));
            await keyring.RemoveAsync(parsed.GetValue(id)!, session.Recipients.All, gate, cancellationToken);
            var error = parsed.InvocationConfiguration.Error;
            await error.WriteLineAsync($"{parsed.GetValue(id)} is no recipient any more. Take it out of the configuration too.");
            await error.WriteLineAsync("The removed recipient may have kept the store's key: after a theft, create a new store (docs/keys.md).");
            return await session.DoInSecondAsync(second => second.RemoveAsync(parsed.GetValue(id)!, session.Recipients.All, gate, cancellationToken), error, cancellationToken);
        });
        return command;
    }
}
