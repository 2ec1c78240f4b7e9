using QdrantBackup.App.Http;
using QdrantBackup.App.Runs;
using QdrantBackup.OnAzure;

namespace QdrantBackup.Tests.App;

/// <summary>A time that ran out is no cancellation, and a cancellation is no failure of whatever was going on.</summary>
public sealed class TimeOutTests
{
    [Fact]
    public void A_step_in_which_a_time_ran_out_may_pass_and_one_that_was_stopped_is_no_failure()
    {
        using var stop = new CancellationTokenSource();
        var late = new TaskCanceledException("late", new TimeoutException());

        Assert.False(ActivityFailures.IsStop(late, stop.Token));
        var step = ActivityFailures.Translate(late);
        Assert.True(StepFailure.IsTransient(step));
        Assert.Contains("did not answer in time", StepFailure.ErrorOf(step).Message, StringComparison.Ordinal);

        stop.Cancel();
        Assert.True(ActivityFailures.IsStop(new OperationCanceledException(stop.Token), stop.Token));
        Assert.False(ActivityFailures.IsStop(new StoreException("full", "free"), stop.Token));
    }

    [Fact]
    public void What_was_tried_again_for_as_long_as_there_is_patience_may_pass_and_no_loop_around_it_begins_anew()
    {
        var spent = ActivityFailures.Translate(new SourceException("away", "wait", isTransient: true) { IsSpent = true });

        Assert.IsType<SpentStepException>(spent);
        Assert.True(StepFailure.IsTransient(spent));
    }

    [Fact]
    public void A_request_in_which_a_time_ran_out_is_504_and_not_an_error_that_nobody_expected()
    {
        var problem = Assert.IsType<ProblemAnswer>(Problems.From(new TaskCanceledException("late")));

        Assert.Equal((504, "urn:qdrant-backup:problem:timed-out"), (problem.StatusCode, problem.ProblemDetails.Type));
        Assert.Equal(503, Assert.IsType<ProblemAnswer>(Problems.Stopping()).StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_to_Azure_that_was_cancelled_stays_a_cancellation_and_one_that_ran_out_of_time_does_not_become_one(bool isCancelled)
    {
        using var cancel = new CancellationTokenSource();
        if (isCancelled)
        {
            await cancel.CancelAsync();
        }

        var thrown = await Record.ExceptionAsync(() => AzureFailures.TranslateAsync<int>(
            () => throw (isCancelled ? new IOException("broken pipe") : new TaskCanceledException("the network timeout")),
            _ => new StoreException("refused", ""), () => new StoreException("not signed in", ""), _ => new StoreException("unreachable", ""), cancel.Token));

        Assert.Equal(isCancelled, thrown is OperationCanceledException);
        Assert.Equal(!isCancelled, thrown is StoreException { Message: "unreachable" });
    }
}
