using Polly;
using Polly.Retry;

namespace QdrantBackup.Clusters;

/// <summary>Repeats requests to one node while there is patience (<see cref="Patience"/>), and never earlier than the node asked.</summary>
internal sealed class NodeRetries
{
    private static readonly ResiliencePropertyKey<NodeCall> CallKey = new("call");

    private readonly QdrantNodeOptions _options;
    private readonly TimeProvider _time;
    private readonly Outage _outage;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    public NodeRetries(QdrantNodeOptions options, TimeProvider time)
    {
        (_options, _time, _outage) = (options, time, new Outage(time));
        _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = args => ValueTask.FromResult(ShouldTryAgain(args.Context.Properties.GetValue(CallKey, null!), args.Outcome.Exception as SourceException, args.AttemptNumber)),
                DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(args.Context.Properties.GetValue(CallKey, null!).Pause),
            })
            .Build();
    }

    /// <summary>Runs a request until it is answered.</summary>
    /// <param name="attempt">Sends it once; a failure that may pass is a transient <see cref="SourceException"/>.</param>
    /// <param name="isRepeatable">Whether it may be sent again although the node may have carried it out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<HttpResponseMessage> RunAsync(Func<CancellationToken, Task<HttpResponseMessage>> attempt, bool isRepeatable, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(CallKey, new NodeCall(_time.GetTimestamp(), isRepeatable));
        try
        {
            var response = await _pipeline.ExecuteAsync(async c => await attempt(c.CancellationToken), context);
            _outage.Answered();
            return response;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private bool ShouldTryAgain(NodeCall call, SourceException? failure, int attempt)
    {
        if (failure is null)
        {
            return false;
        }

        var elapsed = _time.GetElapsedTime(call.Began);
        if (!failure.IsAway)
        {
            _outage.Answered();
        }
        else if (_outage.Failed() is var outage && outage > elapsed)
        {
            elapsed = outage;
        }

        if (!failure.IsTransient || (failure.IsOutcomeUnknown && !call.IsRepeatable))
        {
            return false;
        }

        var patience = Patience.Current;
        var backOff = _options.RetryDelay * Math.Pow(2, Math.Min(attempt, 16));
        call.Pause = failure.ComeBackAfter ?? (backOff < patience.LongestPause ? backOff : patience.LongestPause);
        failure.IsSpent = !patience.Allows(failure.IsAway, elapsed, call.Pause);
        return !failure.IsSpent;
    }

    private sealed class NodeCall(long began, bool isRepeatable)
    {
        public long Began { get; } = began;

        public bool IsRepeatable { get; } = isRepeatable;

        public TimeSpan Pause { get; set; }
    }
}
