namespace QdrantBackup.Soak.World;

/// <summary>The store's time, which nothing but the simulation moves.</summary>
internal sealed class ServiceClock
{
    public DateTimeOffset Now { get; private set; } = new(2026, 9, 1, 0, 0, 0, TimeSpan.Zero);

    public void Advance(TimeSpan time) => Now += time;

    /// <summary>The clock of a machine that is wrong by so much.</summary>
    public TimeProvider OfMachine(TimeSpan wrongBy) => new MachineClock(this, wrongBy);

    private sealed class MachineClock(ServiceClock service, TimeSpan wrongBy) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => service.Now + wrongBy;

        public override long GetTimestamp() => service.Now.Ticks;
    }
}
