using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>
/// The store's clock, as far as deleting may trust it. One reading decides which blobs are old, which runs are silent and what the trash loses; a clock that jumped ahead would end
/// every grace period at once. So a reading counts only when it follows the last retention within the time that the schedule allows. Blobs written since then do not vouch
/// for the clock: the same clock may have dated it.
/// </summary>
public sealed class StoreClock(RunPins pins, MaintenanceMemory memory, PruneOptions options)
{
    /// <summary>Now: the modification time of the pin that this writes. A run whose pin was released meanwhile is refused.</summary>
    public async Task<DateTimeOffset> NowAsync(RunId asker, CancellationToken cancellationToken) =>
        (await pins.WriteAsync(asker, RunKind.Retention, [], cancellationToken)).Renewed;

    /// <summary>Now, unless the clock seems to have jumped ahead and no person confirmed it.</summary>
    /// <exception cref="RefusedException">The last finished retention is too long ago.</exception>
    public async Task<DateTimeOffset> TrustedNowAsync(RunId asker, bool isConfirmed, CancellationToken cancellationToken)
    {
        DateTimeOffset now = await NowAsync(asker, cancellationToken);
        if (!isConfirmed && (await memory.ReadAsync(cancellationToken)).LastRetention is { } last && now - last > options.MaxSilence)
        {
            throw new RefusedException(
                $"nothing is ended or deleted: the store's clock shows {Text(now)}, more than {options.MaxSilence.TotalDays:0.#} days after the last retention, which ended at {Text(last)}",
                "Check the clock of the machine that holds the store. If the clock is right, because retention was off for so long, confirm it with 'qdrant-backup cleanup --clock-is-right'.");
        }

        return now;
    }

    private static string Text(DateTimeOffset time) => $"{time.UtcDateTime:yyyy-MM-dd HH:mm}Z";
}
