using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Retention;
using QdrantBackup.Runs;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;
using QdrantBackup.Tests.Capture;

namespace QdrantBackup.Tests.Retention;

/// <summary>No blob that is young by the store's clock is deleted, whichever records name it.</summary>
public sealed class PruneAgeTests
{
    private static readonly TimeSpan Grace = new PruneOptions().Grace;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancellation => CaptureRig.Cancellation;

    [Fact]
    public async Task A_chunk_that_nothing_needs_stays_until_it_is_as_old_as_the_grace_period()
    {
        using CaptureRig rig = await BackedUpAsync();
        BlobName young = await PutChunkAsync(rig, 1);
        Assert.Equal([young], await LeftAsync(rig, young));

        rig.Time.Advance(Grace - Second);
        Assert.Equal([young], await LeftAsync(rig, young));

        rig.Time.Advance(Second);
        Assert.Empty(await LeftAsync(rig, young));
    }

    [Fact]
    public async Task A_chunk_list_that_nothing_needs_stays_until_it_is_as_old_as_the_grace_period()
    {
        using CaptureRig rig = await BackedUpAsync();
        BlobName young = await PutListAsync(rig);
        Assert.Equal([young], await LeftAsync(rig, young));

        rig.Time.Advance(Grace - Second);
        Assert.Equal([young], await LeftAsync(rig, young));

        rig.Time.Advance(Second);
        Assert.Empty(await LeftAsync(rig, young));
    }

    [Fact]
    public async Task A_chunk_that_was_put_again_counts_from_then_on()
    {
        using CaptureRig rig = await BackedUpAsync();
        BlobName chunk = await PutChunkAsync(rig, 1);
        rig.Time.Advance(Grace - Second);
        await PutChunkAsync(rig, 1);
        rig.Time.Advance(Grace - Second);
        Assert.Equal([chunk], await LeftAsync(rig, chunk));

        rig.Time.Advance(Second);
        Assert.Empty(await LeftAsync(rig, chunk));
    }

    /// <summary>The machines of a service disagree about the time: a run's chunk may have a time before the run's own pin.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(14)]
    [InlineData(15)]
    public async Task A_blob_put_within_a_quarter_of_an_hour_before_the_pin_of_a_living_run_stays(int minutesBefore)
    {
        using CaptureRig rig = await BackedUpAsync();
        BlobName chunk = await PutChunkAsync(rig, 1);
        BlobName list = await PutListAsync(rig);
        rig.Time.Advance(TimeSpan.FromMinutes(minutesBefore));

        await LiveAsync(rig, Grace + Grace);

        Assert.Equal([chunk, list], await LeftAsync(rig, chunk, list));
    }

    [Fact]
    public async Task A_blob_put_longer_before_the_pins_of_all_living_runs_is_deleted()
    {
        using CaptureRig rig = await BackedUpAsync();
        BlobName chunk = await PutChunkAsync(rig, 1);
        BlobName list = await PutListAsync(rig);
        rig.Time.Advance(TimeSpan.FromMinutes(15) + Second);

        await LiveAsync(rig, Grace + Grace);

        Assert.Empty(await LeftAsync(rig, chunk, list));
    }

    [Theory]
    [InlineData("lists/notes")]
    [InlineData("lists/20260101T000000Z-zzzzzz~copy/00001-docs/00000")]
    [InlineData("chunks/00/readme")]
    public async Task A_blob_whose_name_is_no_chunk_and_no_list_is_left_alone_however_old_it_is(string foreign)
    {
        using CaptureRig rig = await BackedUpAsync();
        var name = new BlobName(foreign);
        await rig.Store.Blobs.PutAsync(name, new byte[] { 1 }, PutCondition.OnlyIfAbsent, summary: null, Cancellation);

        rig.Time.Advance(Grace + Grace);

        Assert.Equal([name], await LeftAsync(rig, name));
    }

    private static async Task<CaptureRig> BackedUpAsync()
    {
        var rig = new CaptureRig();
        rig.Node.Collections["docs"] = CaptureRig.Fixture("snapshots/hermes_vectors.snapshot");
        await rig.BackupAsync();
        rig.Time.Advance(TimeSpan.FromHours(1));
        return rig;
    }

    /// <summary>A chunk that no list and no pin names, as an ended run leaves it.</summary>
    private static async Task<BlobName> PutChunkAsync(CaptureRig rig, byte content)
    {
        byte[] plaintext = [content, 2, 3];
        ChunkId id = rig.Store.Sealer.ChunkIdOf(plaintext);
        await rig.Store.PutPlainAsync(BlobNames.Chunk(id), SealedType.Chunk, plaintext, PutCondition.Always, summary: null, Cancellation);
        return BlobNames.Chunk(id);
    }

    /// <summary>A list of a run that was ended before it committed.</summary>
    private static async Task<BlobName> PutListAsync(CaptureRig rig)
    {
        RunId ended = RunId.New(rig.Time);
        await rig.Get<RunPins>().WriteAsync(ended, RunKind.Backup, [], Cancellation);
        await rig.Get<RunFences>().ReleaseAsync(ended, Cancellation);
        string[] existing = (await rig.NamesAsync(BlobNames.Lists))[0].Value.Split('/');
        var name = new BlobName(string.Join('/', [existing[0], ended.AsBackup().Value, .. existing[2..]]));
        await rig.Store.PutPlainAsync(name, SealedType.List, new ChunkListWriter(1, 0, 0).Complete(new byte[32]), PutCondition.Always, null, Cancellation);
        return name;
    }

    /// <summary>Begins a run that continues for a while and renews its pin.</summary>
    private static async Task LiveAsync(CaptureRig rig, TimeSpan time)
    {
        RunId living = RunId.New(rig.Time);
        await rig.Get<RunPins>().WriteAsync(living, RunKind.Backup, [], Cancellation);
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromHours(1))
        {
            rig.Time.Advance(TimeSpan.FromHours(1));
            await rig.Get<RunPins>().RenewAsync(living, Cancellation);
        }
    }

    /// <summary>Prunes, and returns which of the given blobs still exist.</summary>
    private static async Task<IReadOnlyList<BlobName>> LeftAsync(CaptureRig rig, params BlobName[] blobs)
    {
        RunId run = RunId.New(rig.Time);
        PruneReceipt receipt = await rig.Get<Pruner>().StepAsync(new PruneRequest(run, AllowUnusual: true, "test"), Cancellation);
        Assert.True(receipt.Done);
        await rig.Get<RunFences>().ReleaseAsync(run, Cancellation);
        var left = new List<BlobName>();
        foreach (BlobName blob in blobs)
        {
            if (await rig.Blobs.FindAsync(blob, Cancellation) is not null)
            {
                left.Add(blob);
            }
        }

        return left;
    }
}
