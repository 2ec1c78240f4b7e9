using CsCheck;
using QdrantBackup.Ids;
using QdrantBackup.Parts;
using QdrantBackup.Retention;

namespace QdrantBackup.Tests.Retention;

/// <summary>Random backups, policies and moments: dense and sparse, with clocks that jump.</summary>
internal static class RetentionGen
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private static readonly DateTimeOffset Around = new(2026, 3, 29, 3, 0, 0, TimeSpan.Zero);

    private static readonly string[] Zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati"];

    /// <summary>A moment near the day on which European clocks change.</summary>
    public static Gen<DateTimeOffset> Now { get; } = Gen.Int[-100_000, 100_000].Select(minutes => Around.AddMinutes(minutes));

    public static Gen<RetentionPolicy> Policy { get; } = Gen.Select(
        Gen.Int[0, 4], Gen.Int[0, 5], Gen.Int[0, 4], Gen.Int[0, 3], Gen.Int[0, 60 * 24], Gen.Int[0, Zones.Length - 1],
        (last, daily, weekly, monthly, hours, zone) => new RetentionPolicy
        {
            KeepLast = last, Daily = daily, Weekly = weekly, Monthly = monthly, KeepWithin = TimeSpan.FromHours(hours), TimeZone = TimeZoneInfo.FindSystemTimeZoneById(Zones[zone]),
        });

    /// <summary>Up to forty backups, most of them in the two hundred days before the moment, some after it; whole ones and selections, good ones and others.</summary>
    public static Gen<RetentionCandidate[]> Backups(DateTimeOffset now) => Gen
        .Select(Gen.Int[-200 * 24 * 60, 3 * 24 * 60], Gen.Int[0, 9], Gen.Int[0, 9], Gen.Int[-120, 120], Gen.Int[0, 7], Gen.Select(Gen.Int[0, 9], Gen.Int[0, 19], Gen.Int[0, 63]))
        .Select((minutes, state, hold, skew, classes, more) => (At: now.AddMinutes(minutes), state, hold, skew, classes, Selection: more.Item1, Quality: more.Item2, Held: more.Item3))
        .Array[0, 40]
        .Select(made => made.Select((b, number) => new RetentionCandidate
        {
            Id = Id(b.At, number),
            State = b.state switch { 0 => null, <= 3 => BackupState.Partial, _ => BackupState.Complete },
            OnHold = b.hold == 0,
            Written = b.At.AddHours(b.skew > 100 ? b.skew : 1),
            Selection = b.Selection switch { 0 => "one", 1 => "two", 2 => "three", _ => null },
            IsSuspect = b.Quality is 0 or 1,
            IsDamaged = b.Quality is 2 or 3 or 4,
            OwesProof = b.Quality is 4 or 5 or 6,
            ReadBack = b.Quality > 13,
            Collections = b.Held == 63 ? null : Named(b.Held & 7),
            Lacking = b.state <= 3 ? Named((b.Held >> 3) & ~b.Held & 7) : [],
            Classes = [.. new[] { "daily", "weekly", "monthly" }.Where((_, i) => (b.classes & (1 << i)) != 0)],
        }).ToArray());

    private static string[] Named(int bits) => [.. new[] { "docs", "users", "gone" }.Where((_, i) => (bits & (1 << i)) != 0)];

    public static BackupId Id(DateTimeOffset at, int number = 0) =>
        new($"{at.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-0000{Alphabet[number / 32]}{Alphabet[number % 32]}");
}
