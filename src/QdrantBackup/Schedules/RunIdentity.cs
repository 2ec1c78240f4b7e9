using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace QdrantBackup.Schedules;

/// <summary>The ids of a scheduled run: the same for the same cluster, schedule and due time, whoever computes them.</summary>
internal static class RunIdentity
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    // Crockford's alphabet without i, l, o and u: as in every backup id.
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    public static string InstanceId(string cluster, string schedule, DateTimeOffset due) =>
        $"backup-{cluster}-{schedule}-{Stamp(due)}";

    public static string BackupId(string cluster, string schedule, DateTimeOffset due, DateTimeOffset decidedAt)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{cluster}\n{schedule}\n{Stamp(due)}"));
        var suffix = string.Create(6, hash, static (span, bytes) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = Alphabet[bytes[i] & 31];
            }
        });
        return $"{Stamp(decidedAt)}-{suffix}";
    }

    private static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
}
