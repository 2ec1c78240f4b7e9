using System.CommandLine;
using QdrantBackup.Keys;
using QdrantBackup.Sealing;

namespace QdrantBackup.Cli.Verbs.Keys;

/// <summary><c>key rewrap [ID]</c>: wraps the store's key anew, under the newest version of each recipient's own key.</summary>
internal static class KeyRewrapVerb
{
    public static Command Create(GlobalOptions options)
    {
        var id = new Argument<string?>("ID") { Description = "Only this recipient; without it, every configured one", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("rewrap", "Wrap the store's key again after a recipient's own key was rotated; nothing else is uploaded") { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var session = KeySession.Open(options.Read(parsed));
            using var keyring = await session.OpenKeyringAsync(parsed.InvocationConfiguration.Error, cancellationToken);
            var renewed = new List<KeyRecipient>();
            foreach (var recipient in session.Recipients.All)
            {
                renewed.AddRange(await keyring.RewrapAsync(recipient, parsed.GetValue(id), cancellationToken));
            }

            if (renewed.Count == 0)
            {
                throw new UsageException(
                    parsed.GetValue(id) is { } wanted ? $"'{wanted}' is no recipient of this store that is configured here" : "none of the configured recipients is a recipient of this store",
                    "'key show' lists the store's recipients; Encryption names those at hand.");
            }

            foreach (var recipient in renewed)
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(recipient.Key is null ? recipient.Id : $"{recipient.Id} {recipient.Key}");
            }

            await parsed.InvocationConfiguration.Error.WriteLineAsync($"The store's key was wrapped again for {renewed.Count} of {keyring.Documents.Count} recipients. Nothing else was touched.");
            return await session.DoInSecondAsync(
                async second =>
                {
                    foreach (var recipient in session.Recipients.All)
                    {
                        await second.RewrapAsync(recipient, parsed.GetValue(id), cancellationToken);
                    }
                },
                parsed.InvocationConfiguration.Error,
                cancellationToken);
        });
        return command;
    }
}
