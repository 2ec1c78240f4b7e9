using System.Diagnostics;

namespace QdrantBackup.Harness;

/// <summary>Programs for Node.js in <c>.tools/name</c>, as pinned by <c>tests/name</c>; installed by npm when they are missing or of another version.</summary>
public static class NodePackages
{
    private static readonly TimeSpan InstallTime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly string[] Pinned = ["package.json", "package-lock.json", ".npmrc"];

    /// <summary>The folder with their <c>node_modules</c>.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="name">The folder below <c>tests</c> that pins them.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<string> EnsureAsync(string root, string name, CancellationToken cancellationToken)
    {
        var pins = Path.Combine(root, "tests", name);
        var folder = Path.Combine(root, ".tools", name);
        Directory.CreateDirectory(folder);
        await using var held = await LockAsync(Path.Combine(folder, ".lock"), cancellationToken);
        if (!IsCurrent(pins, folder))
        {
            await InstallAsync(pins, folder, cancellationToken);
        }

        return folder;
    }

    /// <summary>npm writes this last, so that an installation that was cut short is not taken for one.</summary>
    private static bool IsCurrent(string pins, string folder) =>
        File.Exists(Path.Combine(folder, "node_modules", ".package-lock.json"))
        && Pinned.All(file => File.Exists(Path.Combine(folder, file)) && File.ReadAllText(Path.Combine(folder, file)) == File.ReadAllText(Path.Combine(pins, file)));

    private static async Task InstallAsync(string pins, string folder, CancellationToken cancellationToken)
    {
        foreach (var file in Pinned)
        {
            File.Copy(Path.Combine(pins, file), Path.Combine(folder, file), overwrite: true);
        }

        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--loglevel=error"])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = Task.WhenAll(npm.StandardOutput.ReadToEndAsync(cancellationToken), npm.StandardError.ReadToEndAsync(cancellationToken));
        await npm.EndAsync("npm ci", InstallTime);
        if (npm.ExitCode != 0)
        {
            throw new InvalidOperationException($"npm could not install what {pins} pins: {string.Join('\n', await output)}");
        }
    }

    /// <summary>Test projects run side by side; one of them installs.</summary>
    private static Task<FileStream> LockAsync(string path, CancellationToken cancellationToken) => Waiting.FindAsync(
        $"{path}, which another installation holds",
        () =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return Task.FromResult<FileStream?>(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException)
            {
                return Task.FromResult<FileStream?>(null);
            }
        },
        InstallTime,
        Pause);
}
