using Microsoft.Extensions.Time.Testing;

namespace LocalFunctions.Tests;

/// <summary>A clock that is set while its timers, which count elapsed time, go on.</summary>
internal sealed class SettableClock(FakeTimeProvider inner) : TimeProvider
{
    private long _back;

    /// <summary>Sets it back; forward if negative.</summary>
    public void SetBack(TimeSpan by) => Interlocked.Add(ref _back, by.Ticks);

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow().AddTicks(-Interlocked.Read(ref _back));

    public override long GetTimestamp() => inner.GetTimestamp();

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(callback, state, dueTime, period);
}
