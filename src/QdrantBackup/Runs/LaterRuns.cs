using System.Globalization;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Runs;

/// <summary>
/// The records of runs in months after a given one: a clock that was ahead dated them. They are rare, and finding them takes a few dozen listings, so the result
/// of a search is reused for a while.
/// </summary>
internal sealed class LaterRuns(SealedStore store, TimeProvider time)
{
    private static readonly TimeSpan Belief = TimeSpan.FromMinutes(10);

    private const int LastYear = 9999;
    private const int MonthsOfAYear = 12;

    private Look? _last;

    /// <summary>The blobs of runs in the months from this one on, this one left out.</summary>
    public async Task<IReadOnlyList<BlobEntry>> ListAsync(DateTimeOffset month, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        Look? last = Volatile.Read(ref _last);

        // When a clock is set back, runs that it dated in the present become dated ahead.
        if (last is null || last.Month != month || now < last.Now || time.GetElapsedTime(last.At) >= Belief)
        {
            var prefixes = new List<string>();
            foreach (string prefix in Prefixes(month))
            {
                await foreach (BlobEntry _ in store.Blobs.ListAsync(prefix, cancellationToken))
                {
                    prefixes.Add(prefix);
                    break;
                }
            }

            last = new Look(month, now, time.GetTimestamp(), prefixes);
            Volatile.Write(ref _last, last);
        }

        var found = new List<BlobEntry>();
        foreach (string prefix in last.Prefixes)
        {
            found.AddRange(await store.ListAllAsync(prefix, cancellationToken));
        }

        return found;
    }

    /// <summary>What every later month's name begins with: the rest of the year by months, then single years, tens, hundreds and thousands of years.</summary>
    internal static IEnumerable<string> Prefixes(DateTimeOffset month)
    {
        for (int later = month.Month + 1; later <= MonthsOfAYear; later++)
        {
            yield return BlobNames.RunMonth(new DateTimeOffset(month.Year, later, 1, 0, 0, 0, TimeSpan.Zero));
        }

        int year = month.Year + 1;
        for (int step = 1; year <= LastYear; step *= 10)
        {
            // Up to the next ten, hundred or thousand; the last step goes to the end.
            for (; year <= LastYear && (year % (step * 10) != 0 || step == 1000); year += step)
            {
                yield return BlobNames.Runs + (year / step).ToString(CultureInfo.InvariantCulture);
            }
        }
    }

    private sealed record Look(DateTimeOffset Month, DateTimeOffset Now, long At, IReadOnlyList<string> Prefixes);
}
