using System.Globalization;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace QdrantBackup.OnAzure;

/// <summary>
/// Azure's own retries, limited by the <see cref="Patience"/> in force instead of a number. A wait that the service asks for is respected when
/// the budget allows it; Azure's policy would wait for hours.
/// </summary>
internal sealed class PatientRetryPolicy(TimeProvider time, TimeSpan answer, TimeSpan firstPause) : RetryPolicy(int.MaxValue, new Pauses(firstPause))
{
    // Two of these headers count milliseconds; the standard one holds seconds, or a date.
    private static readonly string[] MillisecondHeaders = ["retry-after-ms", "x-ms-retry-after-ms"];

    private readonly Outage _outage = new(time);

    protected override void OnSendingRequest(HttpMessage message) => Begin(message);

    protected override ValueTask OnSendingRequestAsync(HttpMessage message)
    {
        Begin(message);
        return ValueTask.CompletedTask;
    }

    protected override bool ShouldRetry(HttpMessage message, Exception? exception) => base.ShouldRetry(message, exception) && HasPatience(message);

    protected override async ValueTask<bool> ShouldRetryAsync(HttpMessage message, Exception? exception)
    {
        if (message.HasResponse && exception is null && !message.ResponseClassifier.IsRetriableResponse(message))
        {
            _outage.Answered();
        }

        return await base.ShouldRetryAsync(message, exception) && HasPatience(message);
    }

    protected override void OnRequestSent(HttpMessage message) => Sent(message);

    protected override ValueTask OnRequestSentAsync(HttpMessage message)
    {
        Sent(message);
        return ValueTask.CompletedTask;
    }

    private static long? BeganOf(HttpMessage message) => message.TryGetProperty(typeof(PatientRetryPolicy), out var began) ? (long?)began : null;

    private void Begin(HttpMessage message)
    {
        message.NetworkTimeout = Patience.AnswerWithin(answer);
        if (BeganOf(message) is null)
        {
            message.SetProperty(typeof(PatientRetryPolicy), time.GetTimestamp());
        }
    }

    private void Sent(HttpMessage message)
    {
        if (message.HasResponse && !message.Response.IsError)
        {
            _outage.Answered();
        }
    }

    private bool HasPatience(HttpMessage message)
    {
        var elapsed = time.GetElapsedTime(BeganOf(message) ?? time.GetTimestamp());
        var outage = _outage.Failed();
        return Patience.Current.Allows(isAway: true, outage > elapsed ? outage : elapsed, PauseOf(message));
    }

    private TimeSpan PauseOf(HttpMessage message)
    {
        var backOff = Pauses.Of(firstPause, message.ProcessingContext.RetryNumber);
        return ComeBackAfter(message) is { } asked && asked > backOff ? asked : backOff;
    }

    private TimeSpan? ComeBackAfter(HttpMessage message)
    {
        if (!message.HasResponse)
        {
            return null;
        }

        foreach (var header in MillisecondHeaders)
        {
            if (message.Response.Headers.TryGetValue(header, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
            {
                return TimeSpan.FromMilliseconds(milliseconds);
            }
        }

        if (!message.Response.Headers.TryGetValue("retry-after", out var value))
        {
            return null;
        }

        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return TimeSpan.FromSeconds(seconds);
        }

        return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? (date - time.GetUtcNow()) is { Ticks: > 0 } wait ? wait : TimeSpan.Zero
            : null;
    }

    /// <summary>Doubles, up to the longest pause of the patience; Azure's own code adds the wait that the service asks for.</summary>
    private sealed class Pauses(TimeSpan first) : DelayStrategy
    {
        public static TimeSpan Of(TimeSpan first, int retry)
        {
            var pause = first * Math.Pow(2, Math.Clamp(retry, 0, 16));
            return pause < Patience.Current.LongestPause ? pause : Patience.Current.LongestPause;
        }

        protected override TimeSpan GetNextDelayCore(Response? response, int retryNumber) => Of(first, retryNumber - 1);
    }
}
