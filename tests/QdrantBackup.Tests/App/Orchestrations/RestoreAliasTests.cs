using QdrantBackup.App.Restores;
using QdrantBackup.App.Runs;
using QdrantBackup.Runs;
using Events = QdrantBackup.App.Runs.Events;

namespace QdrantBackup.Tests.App.Orchestrations;

/// <summary>An alias is moved to a restored collection only when that collection is there; those who ask by the alias notice nothing else of a restore.</summary>
public sealed class RestoreAliasTests
{
    [Fact]
    public void No_alias_is_moved_to_a_collection_whose_upload_failed()
    {
        var restore = new RehearsedRestore(items: 3) { UploadFailure = item => item == 2 ? new DamagedStepException("chunk 7 is damaged", "Restore another backup.") : null };

        var end = restore.Run();

        Assert.Equal(RunState.Partial, end.State);
        Assert.Equal([1, 3], restore.Aliased);
        Assert.Contains("chunk 7 is damaged", Assert.Single(end.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_alias_is_moved_when_every_upload_failed()
    {
        var restore = new RehearsedRestore(items: 2) { UploadFailure = _ => new TransientStepException("no answer", "Look at Qdrant.") };

        Assert.ThrowsAny<Exception>(restore.Run);

        Assert.Equal(RunState.Failed, restore.Recorded!.State);
        Assert.Empty(restore.Aliased);
    }

    [Fact]
    public void Aliases_are_moved_after_the_last_upload_and_not_between_two()
    {
        var restore = new RehearsedRestore(items: 3);

        Assert.Equal(RunState.Complete, restore.Run().State);

        Assert.Equal([1, 2, 3], restore.Aliased);
        var calls = restore.Stage.Calls.Select(c => c.Name).ToList();
        Assert.True(calls.IndexOf(nameof(RestoreActivities.SetAliases)) > calls.LastIndexOf(nameof(RestoreActivities.UploadItem)));
        Assert.True(calls.IndexOf(nameof(RestoreActivities.SetAliases)) > calls.LastIndexOf(nameof(RestoreActivities.CheckCollection)));
    }

    [Fact]
    public void A_cancelled_restore_moves_no_alias()
    {
        var restore = new RehearsedRestore(items: 3);
        restore.Stage.Sends(TimeSpan.FromMilliseconds(1), Events.Cancel, "alice");

        Assert.Equal(RunState.Cancelled, restore.Run().State);

        Assert.NotEmpty(restore.Uploads);
        Assert.InRange(restore.Uploads.Count, 1, 2);
        Assert.Empty(restore.Aliased);
    }

    [Fact]
    public void An_alias_that_cannot_be_moved_makes_the_restore_partial_and_keeps_no_other_back()
    {
        var restore = new RehearsedRestore(items: 2) { AliasFailure = item => item == 1 ? new RunError("alias 'live' was refused", "Look at Qdrant's log.") : null };

        var end = restore.Run();

        Assert.Equal(RunState.Partial, end.State);
        Assert.Equal([2], restore.Aliased);
        Assert.Equal("alias 'live' was refused", Assert.Single(end.Errors).Message);
    }
}
