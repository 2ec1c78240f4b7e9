using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using QdrantBackup.Catalog;
using QdrantBackup.Ids;
using QdrantBackup.Keys;
using QdrantBackup.Parts;
using QdrantBackup.Storage.Directories;
using QdrantBackup.Stores;

namespace QdrantBackup.Tests.Vectors;

/// <summary>A store as a vector: <c>NAME/</c>, its key file <c>NAME.key</c>, and <c>NAME.expect</c> with a line for each part of each backup: backup, part, SHA-256.</summary>
internal sealed class StoreVector
{
    private readonly ILookup<string, (int PartNo, string Sha256)> _expected;

    private StoreVector(string folder, string keyFile, IEnumerable<string> expected)
    {
        (Folder, KeyFile) = (folder, keyFile);
        _expected = expected.Select(line => line.Split(' ')).ToLookup(p => p[0], p => (int.Parse(p[1], CultureInfo.InvariantCulture), p[2]));
    }

    /// <summary>The store's folder, which may be changed.</summary>
    public string Folder { get; }

    /// <summary>The key file, which only its owner can read.</summary>
    public string KeyFile { get; }

    /// <summary>The backups in it, oldest first.</summary>
    public IReadOnlyList<string> Backups => [.. _expected.Select(g => g.Key)];

    /// <summary>Copies one, so that the frozen store is never changed.</summary>
    public static StoreVector Copy(string folder, string to)
    {
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(folder, file);
            if (!relative.StartsWith('.'))
            {
                string target = Path.Combine(to, relative);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }

        string keyFile = to + ".key";
        File.Copy(folder + ".key", keyFile);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return new StoreVector(to, keyFile, File.ReadLines(folder + ".expect"));
    }

    /// <summary>The hashes of a backup's parts, as they must come back.</summary>
    public IReadOnlyDictionary<int, string> Expected(string backup) =>
        _expected[backup == "latest" ? Backups[^1] : backup].ToDictionary(p => p.PartNo, p => p.Sha256);

    /// <summary>Reads every part of a backup and hashes it.</summary>
    public async Task<IReadOnlyDictionary<int, string>> ReadAsync(string backup, CancellationToken cancellationToken)
    {
        using var recipient = KeyFileRecipient.Load(KeyFile);
        using SealedStore store = await StoreOpening.OpenAsync(new DirectoryStore(Folder, TimeProvider.System), [recipient], pins: null, cancellationToken);
        var catalog = new BackupCatalog(store, NullLogger<BackupCatalog>.Instance);
        BackupId id = backup == "latest" ? (await catalog.ChooseAsync(new BackupWanted { Cluster = "prod" }, cancellationToken)).Id : new BackupId(backup);
        var hashes = new Dictionary<int, string>();
        foreach (ManifestPart part in (await catalog.OpenAsync(id, cancellationToken)).Parts)
        {
            using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await foreach (ReadOnlyMemory<byte> bytes in new PartReader(store, 2).ReadAsync(part, cancellationToken))
            {
                sha256.AppendData(bytes.Span);
            }

            hashes.Add(part.PartNo, Convert.ToHexStringLower(sha256.GetHashAndReset()));
        }

        return hashes;
    }

    /// <summary>Makes one change: <c>delete NAME</c>, <c>flip NAME OFFSET</c>, <c>cut NAME BYTES</c>, <c>copy FROM TO</c> or <c>put NAME BASE64</c>.</summary>
    public void Change(string change)
    {
        string[] words = change.Split(' ');
        string path = Path.Combine(Folder, words[1]);
        switch (words[0])
        {
            case "delete":
                File.Delete(path);
                break;
            case "flip":
                byte[] bytes = File.ReadAllBytes(path);
                bytes[int.Parse(words[2], CultureInfo.InvariantCulture)] ^= 1;
                File.WriteAllBytes(path, bytes);
                break;
            case "cut":
                File.WriteAllBytes(path, File.ReadAllBytes(path)[..^int.Parse(words[2], CultureInfo.InvariantCulture)]);
                break;
            case "copy":
                File.Copy(path, Path.Combine(Folder, words[2]), overwrite: true);
                break;
            case "put":
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, Convert.FromBase64String(words[2]));
                break;
            default:
                throw new InvalidDataException($"'{change}' is no change");
        }
    }
}
