namespace LocalFunctions.Soak.Crashes;

/// <summary>What activities do to the world: files that stay when the process is killed.</summary>
/// <param name="folder">The folder of the files.</param>
public sealed class EffectFiles(string folder)
{
    private readonly Lock _gate = new();

    /// <summary>A line for every run, in the order in which they happened.</summary>
    public string Journal => Path.Combine(folder, "journal");

    /// <summary>How many runs there were, which is how far the work is.</summary>
    public int Runs => File.Exists(Journal) ? Read().Count : 0;

    /// <summary>Has an effect, which is the same however often it is had.</summary>
    /// <param name="key">The effect.</param>
    /// <param name="failsFirst">Whether the first run of it fails instead.</param>
    /// <exception cref="InvalidOperationException">It is the first run.</exception>
    public void Apply(string key, bool failsFirst)
    {
        lock (_gate)
        {
            File.AppendAllText(Journal, key + "\n");
        }

        var failed = Path.Combine(folder, "failed-" + key);
        if (failsFirst && !File.Exists(failed))
        {
            File.WriteAllText(failed, key);
            throw new InvalidOperationException($"{key} fails first, as it is told");
        }

        File.WriteAllText(Path.Combine(folder, "effect-" + key), key);
    }

    /// <summary>The effects that were had.</summary>
    public IEnumerable<string> Applied() => Directory.EnumerateFiles(folder, "effect-*").Select(file => Path.GetFileName(file)["effect-".Length..]);

    /// <summary>The runs so far.</summary>
    public IReadOnlyList<string> Read()
    {
        using var journal = new StreamReader(new FileStream(Journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return journal.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
