using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using QdrantBackup.App.Runs;
using QdrantBackup.App.Stores;
using QdrantBackup.Configuration;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Verification;

namespace QdrantBackup.App.Verifications;

/// <summary>Starts the verification of the next share of the store when it is due, so that every chunk is read again within a known time.</summary>
public sealed partial class RollingRuns(RunStarter starter, PerStore<VerificationServices> stores, BackupOptions options, ILogger<RollingRuns> log)
{
    /// <summary>Decides, starts, notes that it is started. A crash in between leads to the same run under the same id.</summary>
    internal async Task StartDueAsync(OpenedStore opened, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var (verification, rolling) = (options.Verification, stores.On(opened).Rolling);
        if (verification.Rolling is not { } schedule
            || await rolling.DecideAsync(options.ClusterName, schedule, verification.Shares, cancellationToken) is not { } share)
        {
            return;
        }

        await starter.StartAsync(client, RequestOf(share), cancellationToken);
        await rolling.StartedAsync(share, cancellationToken);
        LogStarted(log, share.Number, share.Of, share.RunId);
    }

    private RunRequest RequestOf(DecidedShare share) => new()
    {
        RunId = share.RunId,
        Kind = RunKind.Verify,
        Cluster = options.ClusterName,
        RequestedBy = "schedule verification",
        RequestedAt = share.DecidedAt,
        InstanceId = RunRequest.InstancePrefix(RunKind.Verify, options.ClusterName) + share.RunId,
        Verify = new VerifyRequest { All = true, Level = VerifyLevel.Readable, Subset = VerifySubset.Share(share.Number, share.Of), Rolling = true },
    };

    [LoggerMessage(2211, LogLevel.Information, "Share {Number} of {Of} of the store is due to be verified: run {RunId}")]
    private static partial void LogStarted(ILogger logger, int number, int of, RunId runId);
}
