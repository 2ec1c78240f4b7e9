using System.Diagnostics;

namespace QdrantBackup.Tests.Storage;

/// <summary>Azurite in <c>.tools/azurite</c>, as pinned by <c>tests/azurite</c>; installed by npm when it is missing or another version.</summary>
internal static class AzuriteInstallation
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly string[] Pinned = ["package.json", "package-lock.json", ".npmrc"];

    private static string Folder => Repository.Path(".tools", "azurite");

    public static async Task<string> EnsureAsync(CancellationToken cancellationToken)
    {
        var main = Path.Combine(Folder, "node_modules", "azurite", "dist", "src", "blob", "main.js");
        Directory.CreateDirectory(Folder);
        await using var held = await LockAsync(Path.Combine(Folder, ".lock"), cancellationToken);
        if (!IsCurrent())
        {
            await InstallAsync(cancellationToken);
        }

        return main;
    }

    /// <summary>npm writes this last, so that an installation that was cut short is not taken for one.</summary>
    private static bool IsCurrent() =>
        File.Exists(Path.Combine(Folder, "node_modules", ".package-lock.json"))
        && Pinned.All(file => File.Exists(Path.Combine(Folder, file)) && File.ReadAllText(Path.Combine(Folder, file)) == File.ReadAllText(Repository.Path("tests", "azurite", file)));

    private static async Task InstallAsync(CancellationToken cancellationToken)
    {
        foreach (var file in Pinned)
        {
            File.Copy(Repository.Path("tests", "azurite", file), Path.Combine(Folder, file), overwrite: true);
        }

        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--loglevel=error"])
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = await Task.WhenAll(npm.StandardOutput.ReadToEndAsync(cancellationToken), npm.StandardError.ReadToEndAsync(cancellationToken));
        await npm.WaitForExitAsync(cancellationToken);
        if (npm.ExitCode != 0)
        {
            throw new InvalidOperationException($"npm could not install Azurite: {string.Join('\n', output)}");
        }
    }

    /// <summary>Test projects run side by side; one of them installs.</summary>
    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            }
        }
    }
}
