namespace QdrantBackup.Schedules;

/// <summary>
/// Converts local times to UTC. A time that a clock change skips becomes the first instant after the gap;
/// a time that happens twice becomes its first occurrence. So the order of local times is never reversed.
/// </summary>
internal static class WallClock
{
    // More than the widest distance of any local time from UTC, and a clock change in between.
    private static readonly TimeSpan Reach = TimeSpan.FromHours(38);

    public static DateTimeOffset ToUtc(DateTime local, TimeZoneInfo zone)
    {
        var asUtc = new DateTimeOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), TimeSpan.Zero);
        var from = asUtc - Reach;
        var to = asUtc + Reach;
        var before = zone.GetUtcOffset(from);
        var after = zone.GetUtcOffset(to);
        if (before == after)
        {
            return asUtc - before;
        }

        var change = FirstInstantWithOtherOffset(from, to, before, zone);
        if (asUtc - before < change)
        {
            return asUtc - before;
        }

        return asUtc - after < change ? change : asUtc - after;
    }

    public static DateTime ToLocal(DateTimeOffset instant, TimeZoneInfo zone) =>
        DateTime.SpecifyKind(instant.UtcDateTime + zone.GetUtcOffset(instant), DateTimeKind.Unspecified);

    private static DateTimeOffset FirstInstantWithOtherOffset(DateTimeOffset from, DateTimeOffset to, TimeSpan offset, TimeZoneInfo zone)
    {
        long low = from.ToUnixTimeSeconds();
        long high = to.ToUnixTimeSeconds();
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            if (zone.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(middle)) == offset)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return DateTimeOffset.FromUnixTimeSeconds(high);
    }
}
