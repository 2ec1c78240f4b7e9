using QdrantBackup.Harness;

namespace QdrantBackup.Soak.World;

/// <summary>
/// A schedule of few switches: the lanes take their turn one after the other, and each goes on to its end but for a stop or two, before a request of a kind that the rules are about.
/// What goes wrong only if several programs stand still at the right places is met this way, and hardly ever by switching at random.
/// </summary>
internal sealed class Stops
{
    // Before a request of which kind, and which time it is made: of a listing only its first page counts.
    private static readonly (string What, int Times)[] OfWriters =
        [("put pins/", 2), ("put pins/", 2), ("put chunks/", 1), ("put lists/", 1), ("put manifests/", 1)];

    private static readonly (string What, int Times)[] OfPruners =
        [("list lists/", 1), ("list retired/", 3), ("list chunks/", 1), ("list pins/", 3), ("list manifests/", 4), ("delete chunks/", 1), ("delete chunks/", 1), ("put manifests/", 1)];

    private static readonly (string What, int Times)[] OfOthers = [("put ", 1), ("get ", 1)];

    private readonly List<string> _order;
    private readonly Dictionary<string, Queue<(string What, int Times)>> _stops;
    private int _lane;

    public Stops(IReadOnlyList<string> lanes, Chance chance)
    {
        _order = [.. lanes];
        if (chance.OneIn(2))
        {
            for (int i = _order.Count - 1; i > 0; i--)
            {
                int other = chance.Next(i + 1);
                (_order[i], _order[other]) = (_order[other], _order[i]);
            }
        }

        _stops = _order.ToDictionary(lane => lane, _ => new Queue<(string, int)>());
        string[] stopping = chance.OneIn(2) ? ["backup-a", "prune-a"] : [.. Enumerable.Range(0, chance.Pick(1, 2, 3)).Select(_ => chance.Pick<string>([.. lanes]))];
        foreach (string lane in stopping)
        {
            _stops[lane].Enqueue(chance.Pick<(string, int)>(KindsOf(lane)));
        }
    }

    public override string ToString() =>
        string.Join(", ", _order.Select(lane => $"{lane} [{string.Join(", ", _stops[lane].Select(s => $"{s.What} {s.Times}"))}]"));

    /// <summary>The request whose turn it is, and whether the turn has passed on.</summary>
    public (Request Next, bool PassedOn) Choose(IReadOnlyList<Request> waiting)
    {
        for (int passed = 0; passed <= 2 * _order.Count; passed++)
        {
            string lane = _order[_lane];
            Request? own = waiting.FirstOrDefault(r => r.Attempt.Actor == lane && !r.Attempt.IsAbandoned);
            if (own is not null && !IsStop(lane, own))
            {
                return (own, passed > 0);
            }

            _lane = (_lane + 1) % _order.Count;
        }

        return (waiting[0], true);
    }

    private bool IsStop(string lane, Request request)
    {
        if (!_stops[lane].TryPeek(out (string What, int Times) stop) || !request.What.Contains(stop.What, StringComparison.Ordinal))
        {
            return false;
        }

        _stops[lane].Dequeue();
        if (stop.Times > 1)
        {
            // Not this time, and put back in its place.
            (string, int)[] rest = [(stop.What, stop.Times - 1), .. _stops[lane]];
            _stops[lane] = new Queue<(string, int)>(rest);
            return false;
        }

        return true;
    }

    private static (string What, int Times)[] KindsOf(string lane) => lane switch
    {
        "backup-a" or "backup-b" => OfWriters,
        "prune-a" or "prune-b" => OfPruners,
        _ => OfOthers,
    };
}
