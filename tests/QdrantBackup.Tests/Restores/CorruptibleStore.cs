using Microsoft.Extensions.Time.Testing;
using QdrantBackup.Capture;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Restores;

/// <summary>A store with two backups of everything on a node, opened again for each restore as a new process would, whose blobs can be replaced.</summary>
internal sealed class CorruptibleStore : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 9, 1, 2, 0, 0, TimeSpan.Zero));
    private readonly KeyFileRecipient _recipient;
    private readonly InMemoryStore _blobs;
    private readonly FakeNode _node;
    private StorePins _pins = null!;
    private BackupId _backup;

    private CorruptibleStore(string keyFile, FakeNode node)
    {
        _recipient = KeyFileRecipient.Load(keyFile);
        _blobs = new InMemoryStore(_time);
        _node = node;
    }

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    public static async Task<CorruptibleStore> CreateAsync(string keyFile, FakeNode node)
    {
        var store = new CorruptibleStore(keyFile, node);
        store._pins = await StoreCreation.InitializeAsync(store._blobs, [store._recipient], store._time, Cancellation);
        using CaptureRig rig = await store.OpenAsync(store._blobs);
        CommitReceipt first = await rig.BackupAsync();
        await rig.BackupAsync();
        store._backup = first.Id;
        return store;
    }

    /// <summary>Opens the store and restores one collection of the first backup beside the original.</summary>
    public Task RestoreAsync(string collection) => RestoreAsync(collection, _blobs);

    /// <summary>The blobs that restoring one collection by the backup's id reads, except those that the run itself writes.</summary>
    public async Task<HashSet<BlobName>> ReadByAsync(string collection)
    {
        var recording = new RecordingStore(_blobs);
        await RestoreAsync(collection, recording);
        _node.Collections.Remove(collection + "-back");
        return [.. recording.Steps
            .Where(s => s.StartsWith("get ", StringComparison.Ordinal))
            .Select(s => new BlobName(s[4..]))
            .Where(n => !n.Value.StartsWith("runs/", StringComparison.Ordinal) && !n.Value.StartsWith("pins/", StringComparison.Ordinal))];
    }

    public async Task<IReadOnlyList<BlobName>> NamesAsync(string prefix)
    {
        var names = new List<BlobName>();
        await foreach (BlobEntry entry in _blobs.ListAsync(prefix, Cancellation))
        {
            names.Add(entry.Name);
        }

        return names;
    }

    public async Task<byte[]> ContentAsync(BlobName name) => (await _blobs.GetAsync(name, long.MaxValue, Cancellation))!.Content.ToArray();

    public Task ReplaceAsync(BlobName name, byte[]? content) => content is null
        ? _blobs.DeleteAsync(name, null, Cancellation)
        : _blobs.PutAsync(name, content, PutCondition.Always, null, Cancellation);

    public void Dispose() => _recipient.Dispose();

    private async Task RestoreAsync(string collection, IBackupStore blobs)
    {
        using CaptureRig rig = await OpenAsync(blobs);
        await rig.RestoreAsync(new RestoreRequest { BackupId = _backup, Collections = [collection], Suffix = "-back" });
    }

    private async Task<CaptureRig> OpenAsync(IBackupStore blobs) => new(
        _node, _blobs, await StoreOpening.OpenAsync(blobs, [_recipient], _pins, Cancellation), o => o with { RangeBytes = 600_000 });
}
