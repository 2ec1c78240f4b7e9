using Microsoft.Extensions.Logging;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Keys;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Configuration;
using QdrantBackup.Tests.Keys;

namespace QdrantBackup.Tests.App;

/// <summary>What is said when the store is opened.</summary>
public sealed class StoreWarningsTests : IDisposable
{
    private readonly KeyFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task One_recipient_and_missing_pins_are_warned_of_and_two_with_pins_are_not()
    {
        using var one = KeyFileRecipient.Create(_files.Path("one.key"));
        using var other = KeyFileRecipient.Create(_files.Path("other.key"));

        IReadOnlyList<string> alone = await NotesAsync([one], isPinned: false, []);
        IReadOnlyList<string> both = await NotesAsync([one, other], isPinned: true, []);
        string failed = Assert.Single(await NotesAsync([one, other], isPinned: true, [new UsageException("the key file is gone", "put it back")]));

        Assert.Equal(2, alone.Count);
        Assert.Contains($"has one recipient of its key, {one.RecipientId}", alone[0], StringComparison.Ordinal);
        Assert.Contains("store: { id: ", alone[1], StringComparison.Ordinal);
        Assert.Empty(both);
        Assert.Contains("the key file is gone", failed, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> NotesAsync(IReadOnlyList<IStoreKeyRecipient> recipients, bool isPinned, IReadOnlyList<BackupException> problems)
    {
        var blobs = new InMemoryStore(TimeProvider.System);
        StorePins pins = await StoreCreation.InitializeAsync(blobs, recipients, TimeProvider.System, TestContext.Current.CancellationToken);
        using SealedStore store = await StoreOpening.OpenAsync(blobs, recipients, pins, TestContext.Current.CancellationToken);
        var log = new KeptLog();
        (string, string)[] pinned = isPinned ? [("Store:Id", pins.StoreId.ToString()), ("Store:KeyId", pins.KeyId)] : [];
        BackupOptions options = BackupOptionsReader.Read(Configured.From([("Cluster:Name", "prod"), ("Storage:Local", "/srv/backups"), .. pinned]));
        StoreWarnings.Log(log, store, problems, options);
        return log.Lines;
    }

    private sealed class KeptLog : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
