using QdrantBackup.App.Stores;
using QdrantBackup.Capture;
using QdrantBackup.Configuration;
using QdrantBackup.Ids;
using QdrantBackup.Runs;

namespace QdrantBackup.App.Backups;

/// <summary>The runs that follow each backup: the copy into the second store, and the verification. Each is a run of its own, with records of its own.</summary>
public sealed class FollowUps(BackupOptions options)
{
    /// <summary>Writes the requests of what the configuration asks for. They follow from the backup alone, so that repeating it writes the same.</summary>
    internal async Task<IReadOnlyList<FollowUp>> RequestAsync(OpenedStore opened, RunId backup, CommitReceipt commit, CancellationToken cancellationToken)
    {
        var following = new List<FollowUp>();
        if (opened.HasSecond)
        {
            // Whatever is not over there: a copy that failed is made up by the next.
            following.Add(await WriteAsync(RunKind.Copy, request => request with { Copy = new CopyRequest() }));
        }

        if (options.Verification.AfterBackup is { } level)
        {
            following.Add(await WriteAsync(RunKind.Verify, request => request with { Verify = new VerifyRequest { BackupId = commit.Id, Level = level } }));
        }

        return following;

        async Task<FollowUp> WriteAsync(RunKind kind, Func<RunRequest, RunRequest> asking)
        {
            var id = RunId.Derive(commit.Finished, $"{backup}\n{kind.ToString().ToLowerInvariant()}");
            var request = new RunRequest
            {
                RunId = id,
                Kind = kind,
                Cluster = options.ClusterName,
                RequestedBy = FollowUp.RequestedByPrefix + backup,
                RequestedAt = commit.Finished,
                InstanceId = RunRequest.InstancePrefix(kind, options.ClusterName) + id,
            };
            await opened.Records.WriteRequestAsync(asking(request), cancellationToken);
            return new FollowUp(kind, id, request.InstanceId);
        }
    }
}
