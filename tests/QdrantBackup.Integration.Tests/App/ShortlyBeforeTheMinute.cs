namespace QdrantBackup.Integration.Tests.App;

/// <summary>A clock on which the next minute is a few seconds away, so that a due time need not be waited for.</summary>
internal sealed class ShortlyBeforeTheMinute : TimeProvider
{
    private readonly TimeSpan _ahead = TimeSpan.FromSeconds(55 - System.GetUtcNow().Second);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;
}
