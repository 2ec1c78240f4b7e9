using System.Text;
using QdrantBackup.Keys;

namespace QdrantBackup.Mutations;

/// <summary>Runs seeds one after the other and counts how they ended.</summary>
internal sealed class MutationSoak : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qdrant-backup-mutations-").FullName;
    private readonly KeyFileRecipient _recipient;
    private readonly List<SmallStore> _stores = [];
    private readonly Dictionary<Ending, long> _endings = [];
    private Trial? _trial;

    private readonly bool _expectsOtherBytes;

    /// <param name="expectsOtherBytes">A planted fault, which the first seeds must find.</param>
    public MutationSoak(bool expectsOtherBytes = false)
    {
        _expectsOtherBytes = expectsOtherBytes;

        // A key file of known content, so that the recipient's name is the same in every process.
        var path = Path.Combine(_folder, "store.key");
        KeyFileRecipient.Create(path).Dispose();
        using (var file = new FileStream(path, FileMode.Truncate, FileAccess.Write))
        {
            file.Write(Encoding.ASCII.GetBytes($"qdrant-backup key file 1: of no worth\n{new string('7', 64)}\n"));
        }

        _recipient = KeyFileRecipient.Load(path, new OneMoment());
    }

    /// <summary>How many trials ended in each way.</summary>
    public IReadOnlyDictionary<Ending, long> Endings => _endings;

    /// <summary>The most that any trial allocated.</summary>
    public long MostAllocatedBytes { get; private set; }

    /// <summary>Runs one seed.</summary>
    public async Task<TrialResult> RunAsync(ulong seed)
    {
        _trial ??= await MakeAsync();
        var result = await _trial.RunAsync(seed);
        _endings[result.Ending] = _endings.GetValueOrDefault(result.Ending) + 1;
        MostAllocatedBytes = Math.Max(MostAllocatedBytes, result.AllocatedBytes);
        return result;
    }

    /// <summary>Runs seeds from one on, and returns those that failed.</summary>
    public async Task<IReadOnlyList<TrialResult>> RunAsync(ulong first, int count, int maxFailures)
    {
        var failures = new List<TrialResult>();
        for (var seed = first; seed < first + (ulong)count && failures.Count < maxFailures; seed++)
        {
            if (await RunAsync(seed) is { Ending: Ending.Failed } failed)
            {
                failures.Add(failed);
            }
        }

        return failures;
    }

    public void Dispose()
    {
        _stores.ForEach(s => s.Dispose());
        _recipient.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<Trial> MakeAsync()
    {
        // The store itself; one with another key, one with its key and another id, one with its id and another key.
        foreach (var (key, id) in new (byte, byte)[] { (1, 1), (2, 2), (1, 3), (4, 1) })
        {
            _stores.Add(await SmallStore.MakeAsync(_recipient, key, id, _expectsOtherBytes));
        }

        return new Trial(_recipient, _stores[0], _stores[1..]);
    }

    /// <summary>Key documents name when they were made: were that now, they would differ in length from run to run, and mutations hit another place.</summary>
    private sealed class OneMoment : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }
}
