using QdrantBackup.Ids;
using QdrantBackup.Runs;
using QdrantBackup.Storage;
using QdrantBackup.Stores;

namespace QdrantBackup.Retention;

/// <summary>A prune between two of its steps, without its long lists.</summary>
internal sealed record PruneState
{
    public int Format { get; init; } = 1;

    public required RunId RunId { get; init; }

    public required PrunePhase Phase { get; init; }

    public required int Step { get; init; }

    public required IReadOnlyList<string> Pages { get; init; }

    public required int Next { get; init; }

    public required int LiveFrom { get; init; }

    public required int LiveTo { get; init; }

    public required int MaxLive { get; init; }

    public required int Restarts { get; init; }

    public required IReadOnlyList<BackupId> ToMark { get; init; }

    public required IReadOnlyList<BackupId> Marked { get; init; }

    public required IReadOnlyList<BackupId> Earlier { get; init; }

    public required DateTimeOffset RoundBegan { get; init; }

    public required IReadOnlyList<BackupId> Dead { get; init; }

    public required int Position { get; init; }

    public required long ChunksListed { get; init; }

    public required long BytesListed { get; init; }

    public required PruneTotals Totals { get; init; }

    public static PruneState Of(PruneWork work, int step, IReadOnlyList<string> pages) => new()
    {
        RunId = work.RunId,
        Phase = work.Phase,
        Step = step,
        Pages = pages,
        Next = work.Next,
        LiveFrom = work.Live.From,
        LiveTo = work.Live.To,
        MaxLive = work.Live.MaxIds,
        Restarts = work.Restarts,
        ToMark = [.. work.ToMark],
        Marked = [.. work.Marked],
        Earlier = [.. work.Earlier],
        RoundBegan = work.Round.Began,
        Dead = [.. work.Round.Dead],
        Position = work.Round.Position,
        ChunksListed = work.Round.ChunksListed,
        BytesListed = work.Round.BytesListed,
        Totals = work.Totals,
    };

    public PruneWork ToWork() => new(RunId)
    {
        Phase = Phase,
        Next = Next,
        Live = new LiveChunks(LiveFrom, LiveTo, MaxLive),
        Restarts = Restarts,
        ToMark = new Queue<BackupId>(ToMark),
        Marked = [.. Marked],
        Earlier = [.. Earlier],
        Round = new PruneRound { Began = RoundBegan, Dead = [.. Dead], Position = Position, ChunksListed = ChunksListed, BytesListed = BytesListed },
        Totals = Totals,
    };
}

/// <summary>A page of the long lists: ids of needed chunks, or garbage.</summary>
/// <param name="Format">Version of the format.</param>
/// <param name="Live">Ids, 32 bytes each.</param>
/// <param name="Garbage">Chunks and lists.</param>
internal sealed record PrunePage(int Format, byte[] Live, IReadOnlyList<GarbageLine> Garbage)
{
    public static IEnumerable<PrunePage> Of(PruneWork work, int idsOfPage, int garbageOfPage)
    {
        foreach (ChunkId[] ids in work.Live.Ids.Chunk(idsOfPage))
        {
            byte[] bytes = new byte[ids.Length * ChunkId.Length];
            for (int i = 0; i < ids.Length; i++)
            {
                ids[i].CopyTo(bytes.AsSpan(i * ChunkId.Length));
            }

            yield return new PrunePage(1, bytes, []);
        }

        IEnumerable<GarbageLine> garbage = work.Round.Chunks.Select(c => new GarbageLine(BlobNames.Chunk(c.Key).Value, c.Value.ETag, c.Value.Length, c.Value.Modified))
            .Concat(work.Round.Lists.Select(l => new GarbageLine(l.Key.Value, l.Value.ETag, l.Value.Length, l.Value.Modified)));
        foreach (GarbageLine[] lines in garbage.Chunk(garbageOfPage))
        {
            yield return new PrunePage(1, [], lines);
        }
    }

    public void AddTo(PruneWork work)
    {
        for (int at = 0; at < Live.Length; at += ChunkId.Length)
        {
            work.Live.Add(new ChunkId(Live.AsSpan(at, ChunkId.Length)));
        }

        foreach (GarbageLine line in Garbage)
        {
            var name = new BlobName(line.Name);
            var blob = new Garbage(line.ETag, line.Length, line.Modified);
            if (BlobNames.TryReadChunk(name, out ChunkId id))
            {
                work.Round.Chunks[id] = blob;
            }
            else
            {
                work.Round.Lists[name] = blob;
            }
        }
    }
}

/// <summary>One garbage blob.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ETag">Its ETag when it was listed.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Modified">When it was put.</param>
internal sealed record GarbageLine(string Name, string ETag, long Length, DateTimeOffset Modified);
