using QdrantBackup.App.Restores;
using QdrantBackup.App.Runs;
using QdrantBackup.Restores;
using QdrantBackup.Runs;

namespace QdrantBackup.Tests.App.Orchestrations;

/// <summary>A restored collection counts as settled only when it stays settled: Qdrant may show it whole for a moment and begin to move or to build afterwards.</summary>
public sealed class RestoreSettlingTests
{
    [Theory]
    [InlineData("+-++", 4)]
    [InlineData("+-+-+-++", 8)]
    [InlineData("-+--++", 6)]
    public void A_collection_that_was_settled_for_one_look_only_is_not_done(string looks, int doneAfter)
    {
        var restore = new RehearsedRestore();
        var seen = 0;
        int? seenWhenCounted = null;
        restore.Stage
            .On(nameof(RestoreActivities.LookAtCollection), _ => new SettledLook(looks[seen++] == '+', "shard 0 is Partial"))
            .On(nameof(RestoreActivities.CheckCollection), _ =>
            {
                seenWhenCounted ??= seen;
                return new RestoreVerdict(true, 7, 7);
            });

        Assert.Equal(RunState.Complete, restore.Run().State);

        Assert.True(seenWhenCounted >= doneAfter, $"the points were counted after look {seenWhenCounted} of '{looks}'");
    }

    [Fact]
    public void A_collection_that_never_settles_is_an_error_that_says_what_it_waits_for()
    {
        var restore = new RehearsedRestore();
        restore.Stage.On(nameof(RestoreActivities.LookAtCollection), _ => new SettledLook(false, "shard 3 is Dead"));

        var end = restore.Run();

        Assert.NotEqual(RunState.Complete, end.State);
        Assert.Contains("shard 3 is Dead", Assert.Single(end.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_collection_with_another_number_of_points_than_the_backup_is_an_error()
    {
        var restore = new RehearsedRestore();
        restore.Stage.On(nameof(RestoreActivities.CheckCollection), _ => new RestoreVerdict(false, 7, 6));

        var end = restore.Run();

        Assert.NotEqual(RunState.Complete, end.State);
        Assert.NotEmpty(Assert.Single(end.Errors).Hint);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_copy_that_an_upload_leaves_on_the_node_is_deleted_after_failure_too(bool fails)
    {
        var restore = new RehearsedRestore { UploadFailure = _ => fails ? new PermanentStepException("400", "Look at Qdrant.") : null };

        _ = Record.Exception(restore.Run);

        Assert.Equal(1, ((RestoreStep)Assert.Single(restore.Stage.InputsOf(nameof(RestoreActivities.DeleteUploadedCopy)))!).ItemNo);
    }
}
