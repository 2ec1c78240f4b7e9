using System.Text.RegularExpressions;

namespace QdrantStandIn;

/// <summary>What goes wrong. Everything is off at the start; what is counted switches itself off.</summary>
public sealed class Faults
{
    private readonly List<RequestFault> _requests = [];
    private int _cuts;
    private int _received;

    /// <summary>Downloads are no faster than this, in bytes a second.</summary>
    public long? DownloadBytesPerSecond { get; set; }

    /// <summary>Where downloads are cut; see <see cref="CutDownloads"/>.</summary>
    public long CutAfterBytes { get; private set; }

    /// <summary>Whether a cut download ends without a length and as if nothing had happened, instead of with a reset.</summary>
    public bool CutsCleanly { get; private set; }

    /// <summary>The offset of a byte that downloads deliver flipped.</summary>
    public long? FlippedByte { get; set; }

    /// <summary>Resumed downloads find another file under the same name.</summary>
    public bool ChangesFileOnResume { get; set; }

    /// <summary>Downloads begin at the beginning for every requested range, as a proxy in between may do it.</summary>
    public bool IgnoresRanges { get; set; }

    /// <summary>The disk is full: no snapshot can be made, no upload received.</summary>
    public bool DiskIsFull { get; set; }

    /// <summary>Only the disk of the snapshots directory is full: a snapshot is made and cannot be put there.</summary>
    public bool SnapshotsDiskIsFull { get; set; }

    /// <summary>Uploads are received, and restored and answered only when this is over.</summary>
    public Task UploadsWaitFor { get; set; } = Task.CompletedTask;

    /// <summary>How many uploads have been received, those that wait included.</summary>
    public int UploadsReceived => Volatile.Read(ref _received);

    /// <summary>For how many looks at its placement a restored collection is not settled.</summary>
    public int UnsettledPollsAfterRestore { get; set; }

    /// <summary>A collection is gone right after a snapshot of it was begun.</summary>
    public bool CollectionVanishesOnSnapshot { get; set; }

    /// <summary>The same for this collection alone.</summary>
    public string? VanishingCollection { get; set; }

    /// <summary>A snapshot fails at its end, with this answer for a client that still waits.</summary>
    public string? SnapshotsFailWith { get; set; }

    /// <summary>A connection on which a snapshot was asked for breaks as soon as it is begun.</summary>
    public bool LosesSnapshotAnswers { get; set; }

    /// <summary>Telemetry shows nothing of snapshots, as before 1.16.</summary>
    public bool CountsNoSnapshots { get; set; }

    /// <summary>Cuts the next downloads after so many bytes of their body.</summary>
    public void CutDownloads(long afterBytes, int times = 1, bool cleanly = false)
    {
        (CutAfterBytes, CutsCleanly) = (afterBytes, cleanly);
        Volatile.Write(ref _cuts, times);
    }

    /// <summary>Answers requests whose "METHOD /path?query" matches with an error: after letting <paramref name="skip"/> pass, <paramref name="times"/> times.</summary>
    public void FailRequests(string pattern, int status, string text, int times = 1, int skip = 0, bool plain = false)
    {
        lock (_requests)
        {
            _requests.Add(new RequestFault(new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1)), status, text, plain) { Times = times, Skip = skip });
        }
    }

    internal Task ReceivedUploadAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _received);
        return UploadsWaitFor.WaitAsync(cancellationToken);
    }

    internal bool TakesCut() => Interlocked.Decrement(ref _cuts) >= 0;

    internal void Check(string request)
    {
        lock (_requests)
        {
            foreach (var fault in _requests.Where(f => f.Times > 0 && f.Pattern.IsMatch(request)))
            {
                if (fault.Skip-- > 0)
                {
                    continue;
                }

                fault.Times--;
                throw new Failure(fault.Status, fault.Text, fault.IsPlain) { LeavesBodyUnread = true };
            }
        }
    }

    private sealed record RequestFault(Regex Pattern, int Status, string Text, bool IsPlain)
    {
        public int Times { get; set; }

        public int Skip { get; set; }
    }
}

/// <summary>A request that was seen.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Path">Path and query, as they came.</param>
public sealed record SeenRequest(string Method, string Path);
