using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Sealing;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Runs;

/// <summary>The sealed records of runs, under <c>runs/yyyy/mm/runId/</c>.</summary>
public sealed partial class RunRecords(SealedStore store, TimeProvider time, ILogger<RunRecords> logger)
{
    internal const string Request = "request";
    internal const string Result = "result";
    internal const string NotePrefix = "note-";

    // Older than any run can be: a request for all runs must not make us list every month since the year 1.
    private static readonly DateTimeOffset Oldest = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly LaterRuns _later = new(store, time);
    private readonly RunReading _parts = new(store);

    /// <summary>The runs that may have left something behind.</summary>
    public OpenRuns Open { get; } = new(store);

    /// <summary>Writes the request, once. Writing an equal one again is harmless; a different one under the same id is refused. A damaged one is written again.</summary>
    public async Task WriteRequestAsync(RunRequest request, CancellationToken cancellationToken)
    {
        Validate(request, request.RunId);
        await Open.AddAsync(request, cancellationToken);
        byte[] plaintext = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(request, RunsJson.Default.RunRequest);
        BlobName name = BlobNames.Run(request.RunId, Request);
        try
        {
            await store.PutPlainAsync(name, SealedType.Record, plaintext, PutCondition.OnlyIfAbsent, summary: null, cancellationToken);
        }
        catch (StoreConflictException)
        {
            FoundRecord<RunRequest> there = await store.FindRenewableAsync(name, RunsJson.Default.RunRequest, cancellationToken);
            if (there.Damage is not null)
            {
                await store.PutPlainAsync(name, SealedType.Record, plaintext, there.Condition, summary: null, cancellationToken);
            }
            else if (there.Value is null || !System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(there.Value, RunsJson.Default.RunRequest).AsSpan().SequenceEqual(plaintext))
            {
                throw new RefusedException($"run {request.RunId} was already asked for, with another request", "Start a new run.");
            }
        }
    }

    /// <summary>Reads and validates a request; a missing one is a <see cref="RefusedException"/>: no run starts without it.</summary>
    public async Task<RunRequest> ReadRequestAsync(RunId runId, CancellationToken cancellationToken)
    {
        RunRequest request = await store.GetDocumentAsync(BlobNames.Run(runId, Request), SealedType.Record, RunsJson.Default.RunRequest, cancellationToken)
            ?? throw new RefusedException($"run {runId} has no request record", "Start runs through the API, the command line or a schedule: they write the record first.");
        Validate(request, runId);
        return request;
    }

    /// <summary>Whether the run was ever asked for in this store.</summary>
    public async Task<bool> IsKnownAsync(RunId runId, CancellationToken cancellationToken) =>
        await store.Blobs.FindAsync(BlobNames.Run(runId, Request), cancellationToken) is not null;

    /// <summary>Whether the record of how the run ended is there, damaged or not.</summary>
    public async Task<bool> HasResultAsync(RunId runId, CancellationToken cancellationToken) =>
        await store.Blobs.FindAsync(BlobNames.Run(runId, Result), cancellationToken) is not null;

    /// <summary>Writes the result if it is missing or damaged, and returns the valid one.</summary>
    public async Task<RunResult> WriteResultAsync(RunResult result, CancellationToken cancellationToken)
    {
        RunRequest request = await ReadRequestAsync(result.RunId, cancellationToken);
        RunResult counts = await store.ChangeRecordAsync(
            BlobNames.Run(result.RunId, Result), RunsJson.Default.RunResult, there => there ?? result, cancellationToken) ?? result;
        LogLevel level = counts.State switch { RunState.Failed => LogLevel.Error, RunState.Complete => LogLevel.Information, _ => LogLevel.Warning };
        LogEnded(level, request.Kind, request.RunId, request.Cluster, request.RequestedBy, counts.State, counts.Totals.Bytes, counts.Totals.StoredBytes);
        return counts;
    }

    /// <summary>Adds a remark.</summary>
    public Task AddNoteAsync(RunId runId, string by, string text, CancellationToken cancellationToken)
    {
        var note = new RunNote(runId, time.GetUtcNow(), by, text);
        string what = $"{NotePrefix}{note.At.UtcDateTime:yyyyMMdd'T'HHmmssfff}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}";
        return store.PutDocumentAsync(
            BlobNames.Run(runId, what), SealedType.Record, note, RunsJson.Default.RunNote, PutCondition.OnlyIfAbsent, summary: null, cancellationToken);
    }

    /// <summary>All records of one run, or null when there is no such run. Progress and notes that do not open count as missing.</summary>
    public async Task<RunOverview?> FindAsync(RunId runId, CancellationToken cancellationToken)
    {
        var names = new List<BlobName>();
        await foreach (BlobEntry entry in store.Blobs.ListAsync(BlobNames.RunFolder(runId), cancellationToken))
        {
            names.Add(entry.Name);
        }

        return names.Contains(BlobNames.Run(runId, Request)) ? await ReadOverviewAsync(runId, names, cancellationToken) : null;
    }

    /// <summary>
    /// Runs, newest first, month by month back to <paramref name="from"/>; those dated ahead of the clock come first and are marked. A run whose request cannot be opened is
    /// left out and logged.
    /// </summary>
    public async IAsyncEnumerable<RunOverview> ListAsync(DateTimeOffset from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        DateTimeOffset now = await store.Blobs.NowAsync(cancellationToken);
        var month = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero);
        IEnumerable<IReadOnlyList<BlobEntry>> runs = Group(await _later.ListAsync(month, cancellationToken));
        for (DateTimeOffset end = from < Oldest ? Oldest : from; ; month = month.AddMonths(-1))
        {
            foreach (IReadOnlyList<BlobEntry> run in runs)
            {
                RunId runId = IdOf(run[0].Name);
                bool isAhead = runId.Began - now > BackupStanding.ClockSlack;
                if ((isAhead || runId.Began >= from) && await TryReadOverviewAsync(runId, run, cancellationToken) is { } overview)
                {
                    yield return overview with { IsAhead = isAhead };
                }
            }

            if (month.AddMonths(1) <= end)
            {
                yield break;
            }

            runs = Group(await store.ListAllAsync(BlobNames.RunMonth(month), cancellationToken));
        }
    }

    /// <summary>The blobs of each run, newest run first; blobs of no run are left out.</summary>
    private static IEnumerable<IReadOnlyList<BlobEntry>> Group(IEnumerable<BlobEntry> blobs) => blobs
        .Where(b => RunId.IsValid(SegmentOf(b.Name)))
        .GroupBy(b => SegmentOf(b.Name), StringComparer.Ordinal)
        .OrderByDescending(run => run.Key, StringComparer.Ordinal)
        .Select(IReadOnlyList<BlobEntry> (run) => [.. run]);

    // runs/yyyy/mm/<runId>/<what>
    private static string SegmentOf(BlobName name) => name.Value.Split('/') is [_, _, _, var run, ..] ? run : "";

    private static RunId IdOf(BlobName name) => new(SegmentOf(name));

    private async Task<RunOverview?> TryReadOverviewAsync(RunId runId, IReadOnlyList<BlobEntry> blobs, CancellationToken cancellationToken)
    {
        try
        {
            return blobs.FirstOrDefault(b => b.Name == BlobNames.Run(runId, Request)) is { } request
                ? (await ReadOverviewAsync(runId, [.. blobs.Select(b => b.Name)], cancellationToken)) with { Asked = request.Modified }
                : null;
        }
        catch (BackupException e) when (e.IsDamage || e is RefusedException)
        {
            LogUnreadable(runId.Value, e.Message);
            return null;
        }
    }

    private async Task<RunOverview> ReadOverviewAsync(RunId runId, List<BlobName> names, CancellationToken cancellationToken) =>
        await _parts.ReadAsync(await ReadRequestAsync(runId, cancellationToken), names, cancellationToken);

    private static void Validate(RunRequest request, RunId runId)
    {
        object?[] wanted = [request.Backup, request.Restore, request.Verify, request.Copy, request.Retention];
        object? own = request.Kind switch
        {
            RunKind.Backup => request.Backup,
            RunKind.Restore => request.Restore,
            RunKind.Verify or RunKind.Repair when request.Verify?.Repair == (request.Kind == RunKind.Repair) => request.Verify,
            RunKind.Copy => request.Copy,
            RunKind.Retention => request.Retention,
            _ => null,
        };
        bool fits = request.RunId == runId && own is not null && wanted.Count(w => w is not null) == 1;
        if (!fits)
        {
            throw new RefusedException($"the request record of run {runId} does not fit: it belongs to run {request.RunId}, kind {request.Kind}", "Start a new run.");
        }
    }

    [LoggerMessage(EventId = 3101, Level = LogLevel.Warning, Message = "Run {RunId} is left out of the list: {Reason}")]
    private partial void LogUnreadable(string runId, string reason);

    [LoggerMessage(EventId = 3102, Message = "{Kind} {RunId} of cluster {Cluster}, asked for by {RequestedBy}, ended: {State}, {Bytes} bytes read, {StoredBytes} stored")]
    private partial void LogEnded(LogLevel level, RunKind kind, RunId runId, string cluster, string requestedBy, RunState state, long bytes, long storedBytes);
}
