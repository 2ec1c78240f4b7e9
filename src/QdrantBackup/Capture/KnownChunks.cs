using Microsoft.Extensions.Logging;
using QdrantBackup.Damages;
using QdrantBackup.Ids;
using QdrantBackup.Parts;

namespace QdrantBackup.Capture;

/// <summary>
/// The chunk ids that a transfer may reuse: those of its pinned base and those it has uploaded itself (docs/format.md §7). That a blob exists is never
/// evidence: every other chunk is uploaded again, and so is a chunk that is known to be damaged, which repairs it. The number of remembered ids is bounded (W7).
/// </summary>
internal sealed partial class KnownChunks(int maxIds, KnownDamage damage)
{
    private readonly Dictionary<ChunkId, int> _sealedLengths = [];

    public int Count => _sealedLengths.Count;

    public bool TryGet(ChunkId id, out int sealedLength) => _sealedLengths.TryGetValue(id, out sealedLength);

    public void Add(ChunkId id, int sealedLength)
    {
        if (_sealedLengths.Count < maxIds)
        {
            _sealedLengths.TryAdd(id, sealedLength);
        }
    }

    /// <summary>Reads the lists of a base. If one is missing or damaged, no chunk counts as known: all are uploaded, which also repairs the base.</summary>
    public async Task AddBaseAsync(PartReader reader, ManifestPart part, ILogger logger, CancellationToken cancellationToken)
    {
        foreach (ManifestRange range in part.Ranges)
        {
            try
            {
                foreach (ChunkListEntry entry in (await reader.OpenListAsync(part, range, cancellationToken)).Entries)
                {
                    if (!entry.IsInline && !damage.Contains(entry.Id))
                    {
                        Add(entry.Id, entry.SealedLength);
                    }
                }
            }
            catch (BackupException e) when (e.IsDamage)
            {
                LogUnusable(logger, range.List, e.Message);
            }
        }
    }

    [LoggerMessage(EventId = 3311, Level = LogLevel.Warning, Message = "The chunk list {List} cannot serve as a base: {Reason}")]
    private static partial void LogUnusable(ILogger logger, string list, string reason);
}
