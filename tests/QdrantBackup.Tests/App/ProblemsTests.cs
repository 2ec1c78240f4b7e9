using System.Text;
using Microsoft.AspNetCore.Http;
using QdrantBackup.App.Backups;
using QdrantBackup.App.Http;
using QdrantBackup.App.Runs;
using Xunit;

namespace QdrantBackup.Tests.App;

public sealed class ProblemsTests
{
    public static TheoryData<Exception, int, string> Known => new()
    {
        { new UsageException("What", "Do"), 400, "invalid-request" },
        { new RefusedException("What", "Do"), 422, "refused" },
        { new StoreConflictException("What", "Do"), 409, "conflict" },
        { new SourceException("What", "Do"), 502, "qdrant-failed" },
        { new StoreException("What", "Do"), 503, "store-failed" },
        { new SealException("What", "Do"), 500, "untrusted-bytes" },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void An_error_that_was_foreseen_says_what_failed_and_what_to_do(Exception error, int status, string name)
    {
        var problem = Assert.IsType<ProblemAnswer>(Problems.From(error));

        Assert.Equal(status, problem.StatusCode);
        Assert.Equal($"urn:qdrant-backup:problem:{name}", problem.ProblemDetails.Type);
        Assert.Equal("What. Do", problem.ProblemDetails.Detail);
    }

    [Fact]
    public void Any_other_error_says_nothing_of_itself()
    {
        var problem = Assert.IsType<ProblemAnswer>(Problems.From(new InvalidOperationException("a secret")));

        Assert.Equal(500, problem.StatusCode);
        Assert.DoesNotContain("secret", problem.ProblemDetails.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_that_the_API_does_not_know_is_refused_by_its_name()
    {
        var error = await Assert.ThrowsAsync<UsageException>(() => ReadAsync("""{"colections":["a"]}"""));

        Assert.Contains("'colections'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("QdrantBackup", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_of_the_wrong_kind_is_refused_by_its_place()
    {
        var error = await Assert.ThrowsAsync<UsageException>(() => ReadAsync("""{"collections":[7]}"""));

        Assert.Contains("$.collections", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused()
    {
        var refused = await Assert.ThrowsAsync<BadHttpRequestException>(() => ReadAsync(new string(' ', RequestBody.MaxBytes + 1)));
        Assert.Equal(StatusCodes.Status413PayloadTooLarge, refused.StatusCode);
    }

    [Fact]
    public async Task An_absent_body_means_the_defaults()
    {
        Assert.Null((await ReadAsync("")).Collections);
    }

    [Fact]
    public void A_failed_step_keeps_message_and_hint_and_whether_it_may_pass()
    {
        var transient = ActivityFailures.Translate(new StoreException("away", "wait", isTransient: true));
        var permanent = ActivityFailures.Translate(new SealException("flipped", "restore another"));

        Assert.Equal(new RunError("away", "wait"), StepFailure.ErrorOf(transient));
        Assert.True(StepFailure.IsTransient(transient));
        Assert.Equal(new RunError("flipped", "restore another", "untrusted-bytes"), StepFailure.ErrorOf(permanent));
        Assert.False(StepFailure.IsTransient(permanent));
    }

    [Fact]
    public void An_error_that_nobody_foresaw_reaches_the_history_by_its_type_only()
    {
        var failure = ActivityFailures.Translate(new InvalidOperationException("a secret"));

        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(InvalidOperationException), failure.Message, StringComparison.Ordinal);
    }

    private static Task<CreateBackupBody> ReadAsync(string body)
    {
        var http = new DefaultHttpContext();
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        return RequestBody.ReadAsync<CreateBackupBody>(http.Request, CancellationToken.None);
    }
}
