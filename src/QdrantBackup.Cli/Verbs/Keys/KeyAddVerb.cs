using System.CommandLine;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure;
using QdrantBackup.Sealing;

namespace QdrantBackup.Cli.Verbs.Keys;

/// <summary><c>key add-recipient</c>: wraps the store's key for one more recipient.</summary>
internal static class KeyAddVerb
{
    public static Command Create(GlobalOptions options)
    {
        var keyFile = new Option<string?>("--key-file") { Description = "A key file; made if it is missing" };
        var vaultKey = new Option<string?>("--key-vault-key") { Description = "The address of a key in a vault: https://my-vault.vault.azure.net/keys/my-key" };
        var publicKey = new Option<string?>("--public-key") { Description = "A PEM file with an RSA public key of 3072 bits or more; keep its private half offline" };
        var passphrase = new Option<string?>("--passphrase-file") { Description = "A file that only you can read, whose first line is a passphrase" };
        var command = new Command("add-recipient", "Wrap the store's key for one more recipient: any one of them opens the store") { keyFile, vaultKey, publicKey, passphrase };
        command.SetAction((parsed, cancellationToken) =>
        {
            string?[] given = [parsed.GetValue(keyFile), parsed.GetValue(vaultKey), parsed.GetValue(publicKey), parsed.GetValue(passphrase)];
            return AddAsync(options.Read(parsed), given, parsed.InvocationConfiguration, cancellationToken);
        });
        return command;
    }

    private static async Task<int> AddAsync(Settings settings, string?[] given, InvocationConfiguration console, CancellationToken cancellationToken)
    {
        var (wanted, line) = WhichOf(given);
        using var session = KeySession.Open(settings);
        using var keyring = await session.OpenKeyringAsync(console.Error, cancellationToken);
        if (wanted is KeyFileOptions file && !File.Exists(file.Path))
        {
            KeyFileRecipient.Create(file.Path).Dispose();
            await console.Error.WriteLineAsync($"made the key file {file.Path}");
        }

        using var recipient = StoreRecipients.Open(wanted, session.Options.Encryption.PassphraseMemoryMiB, session.Vaults, session.Time);
        var added = await keyring.AddAsync(recipient, cancellationToken);
        await console.Output.WriteLineAsync(added.Id);
        await console.Error.WriteLineAsync($"{recipient.Description} is a recipient of the store now. Nothing that is stored was touched.");
        await console.Error.WriteLineAsync($"For machines that are to open the store with it, add to encryption: recipients: [ {line} ]");
        return await session.DoInSecondAsync(second => second.AddAsync(recipient, cancellationToken), console.Error, cancellationToken);
    }

    private static (RecipientOptions Recipient, string Line) WhichOf(string?[] given) => given switch
    {
        [{ } path, null, null, null] => (new KeyFileOptions(Path.GetFullPath(path)), $"{{ keyFile: {Path.GetFullPath(path)} }}"),
        [null, { } text, null, null] => VaultKeyAddress.TryParse(text, out var address)
            ? (new VaultKeyOptions(address), $"{{ keyVaultKey: {address} }}")
            : throw new UsageException($"--key-vault-key '{text}' is no address of a key", "Write it like https://my-vault.vault.azure.net/keys/my-key."),
        [null, null, { } path, null] => (new PublicKeyOptions(Path.GetFullPath(path)), $"{{ publicKeyFile: {Path.GetFullPath(path)} }}"),
        [null, null, null, { } path] => (new PassphraseOptions(Path.GetFullPath(path), text: null), $"{{ passphraseFile: {Path.GetFullPath(path)} }}"),
        _ => throw new UsageException("key add-recipient takes one recipient", "Give one of --key-file, --key-vault-key, --public-key and --passphrase-file."),
    };
}
