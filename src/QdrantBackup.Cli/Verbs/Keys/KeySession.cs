using QdrantBackup.App.Stores;
using QdrantBackup.Cli.Connection;
using QdrantBackup.Configuration;
using QdrantBackup.Keys;
using QdrantBackup.OnAzure;
using QdrantBackup.OnAzure.KeyVault;
using QdrantBackup.Storage;

namespace QdrantBackup.Cli.Verbs.Keys;

/// <summary>What the commands on keys work with: the configured store, unopened, and the configured recipients.</summary>
internal sealed class KeySession : IDisposable
{
    // These commands ask the store themselves, and a person waits.
    private readonly IDisposable _patience = Patience.Use(Patience.OfPerson);

    private KeySession(BackupOptions options)
    {
        Options = options;
        Blobs = StoreConnection.OpenBlobs(options, Time);
        Recipients = StoreRecipients.Open(options.Encryption, Vaults, Time);
    }

    public BackupOptions Options { get; }

    public IBackupStore Blobs { get; }

    public RecipientSet Recipients { get; }

    public Lazy<KeyVaultConnection> Vaults { get; } = KeyVaultConnection.OfEnvironment();

    public TimeProvider Time { get; } = TimeProvider.System;

    public static KeySession Open(Settings settings) => Open(ReadOptions(settings));

    public static KeySession Open(BackupOptions options) => new(options);

    public static BackupOptions ReadOptions(Settings settings) => BackupOptionsReader.Read(LocalApp.Configuration(settings));

    /// <summary>Opens the store's key.</summary>
    /// <param name="error">Where it is said what a person should change about the recipients.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<StoreKeyring> OpenKeyringAsync(TextWriter error, CancellationToken cancellationToken)
    {
        var keyring = await StoreKeyring.OpenAsync(Blobs, Recipients.ThatOpen(), StoreConnection.PinsOf(Options), cancellationToken);
        foreach (var remark in keyring.Remarks)
        {
            await error.WriteLineAsync($"warning: {remark}");
        }

        return keyring;
    }

    /// <summary>Does in the second store what was done in the first, which has the same key and recipients of its own; or warns that it was not done there.</summary>
    /// <param name="act">What is done, on the second store's keyring.</param>
    /// <param name="error">Where it is said.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The exit code: 0 if both stores have it, or there is only one; 3 if only the first has.</returns>
    public async Task<int> DoInSecondAsync(Func<StoreKeyring, Task> act, TextWriter error, CancellationToken cancellationToken)
    {
        if (StoreConnection.OpenSecondBlobs(Options, Time) is not { } second)
        {
            return ExitCode.Done;
        }

        try
        {
            using var keyring = await StoreKeyring.OpenAsync(second, Recipients.ThatOpen(), StoreConnection.PinsOf(Options), cancellationToken);
            await act(keyring);
            await error.WriteLineAsync($"The same was done in the second store {second.Location}.");
            return ExitCode.Done;
        }
        catch (BackupException e)
        {
            await error.WriteLineAsync($"WARNING: this was NOT done in the second store {second.Location}: {e.Message}");
            await error.WriteLineAsync($"hint:  {e.Hint} Then give the same command with Storage naming that store (docs/keys.md): until then its recipients are the old ones.");
            return ExitCode.Partial;
        }
    }

    public static KeyLossGate GateOf(BackupOptions options, bool acceptKeyLoss) =>
        new(options.Storage.Remote is not null, acceptKeyLoss || options.Encryption.AcceptKeyLoss);

    public void Dispose()
    {
        Recipients.Dispose();
        _patience.Dispose();
    }
}
