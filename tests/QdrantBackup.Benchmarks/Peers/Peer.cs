using QdrantBackup.Benchmarks.Measuring;
using QdrantBackup.Harness;

namespace QdrantBackup.Benchmarks.Peers;

/// <summary>Another tool with its own repository in a folder, used as it comes: no option that its manual does not give first.</summary>
internal abstract class Peer(string folder)
{
    /// <summary>Everybody's: what is sealed here is thrown away.</summary>
    protected const string Passphrase = "benchmark";

    /// <summary>Where it puts what it stores.</summary>
    public string Repository { get; } = folder;

    /// <summary>What to call it in a table.</summary>
    public abstract string Name { get; }

    /// <summary>Its first line about itself.</summary>
    public abstract string Version { get; }

    protected abstract IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Makes its repository, where it needs one made.</summary>
    public abstract Task InitialiseAsync();

    /// <summary>Backs up a file that it reads as a stream.</summary>
    public abstract Task<RunCost> BackUpAsync(string file, string name);

    /// <summary>Brings it back as a stream that goes nowhere.</summary>
    public abstract Task<RunCost> RestoreAsync(string name);

    /// <summary>What it has stored so far, in bytes of files.</summary>
    public long StoredBytes => Directory.Exists(Repository) ? FolderSize.Of(Repository) : 0;

    protected Task<RunCost> RunAsync(IReadOnlyList<string> command, string input = "/dev/null") => RunCost.OfAsync(command, Environment, input);

    protected static string FirstLine(params string[] command)
    {
        var result = Installation.ProgramAsync(command, bound: RunCost.Longest).GetAwaiter().GetResult();
        return result.ExitCode == 0 ? result.Results.Split('\n')[0].Trim() : throw new InvalidOperationException($"{command[0]} does not run: {result.Errors}");
    }
}
