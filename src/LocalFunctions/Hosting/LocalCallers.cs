using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using LocalFunctions.Hosting.State;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace LocalFunctions.Hosting;

/// <summary>
/// Recognises callers on this machine that may act for the server. A caller proves it with the local key: random, made anew at every start, in a file of the state
/// directory that only the server's user can read. The connection must not come from another machine either. Headers prove nothing: a reverse proxy on this machine
/// brings strangers along and need not say so, and a browser brings web pages.
/// </summary>
public sealed class LocalCallers
{
    private const int MaxKeyLength = 256;
    private const string Prefix = "local_";
    private readonly byte[] _digest;

    internal LocalCallers(StateDirectory directory)
    {
        Directory = directory;
        Key = Prefix + RandomNumberGenerator.GetHexString(64, lowercase: true);
        _digest = Digest(Key);
    }

    /// <summary>The local key of this process; a secret.</summary>
    public string Key { get; }

    internal StateDirectory Directory { get; }

    /// <summary>The socket for a group of users of this machine; null for none.</summary>
    internal string? GroupSocket { get; init; }

    /// <summary>
    /// Whether a request came through the socket for a group of users. The system let the caller in by the permissions of the socket and its folder, so nothing is
    /// presented. It opens the app's own functions only.
    /// </summary>
    /// <param name="http">The request.</param>
    /// <returns>True if it did.</returns>
    public bool IsOfGroup(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return GroupSocket is not null && http.Features.Get<IConnectionSocketFeature>()?.Socket.LocalEndPoint is UnixDomainSocketEndPoint;
    }

    /// <summary>Removes the socket that a killed process left, since nobody can listen on it again. The state directory must be held.</summary>
    internal void RemoveStaleSocket()
    {
        if (GroupSocket is not null && LocalDisk.FileFacts.Of(GroupSocket).Kind == LocalDisk.FileKind.Special)
        {
            File.Delete(GroupSocket);
        }
    }

    /// <summary>Lets the group of the socket's folder connect.</summary>
    internal void OpenSocket()
    {
        if (GroupSocket is not null && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(GroupSocket, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        }
    }

    /// <summary>Whether a caller is on this machine and knows the local key.</summary>
    /// <param name="connection">Where the request came from.</param>
    /// <param name="presented">The key that came with it; from a header, never from an address: addresses are logged.</param>
    /// <returns>True if both hold.</returns>
    public bool Is(ConnectionInfo connection, string? presented)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return presented is { Length: > 0 and <= MaxKeyLength } && StaysHere(connection) && CryptographicOperations.FixedTimeEquals(Digest(presented), _digest);
    }

    /// <summary>The local key of the server that runs on a state directory.</summary>
    /// <param name="stateDirectory">The state directory.</param>
    /// <returns>The key; null if there is none that this user may read.</returns>
    public static string? TryReadKey(string stateDirectory)
    {
        try
        {
            var key = File.ReadAllText(new StateDirectory(Path.GetFullPath(stateDirectory)).LocalKey).Trim();
            return key.Length is > 0 and <= MaxKeyLength ? key : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Puts the key where callers find it. The state directory must be held.</summary>
    /// <exception cref="FunctionsStartupException">The file cannot be written, or others could read it.</exception>
    internal void Publish()
    {
        try
        {
            AtomicFile.Replace(Directory.LocalKey, Encoding.ASCII.GetBytes(Key));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FunctionsStartupException(
                $"The local key '{Directory.LocalKey}' cannot be written: {failure.Message} Free disk space or correct the owner of the state directory, then start again.", failure);
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(Directory.LocalKey) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != UnixFileMode.None)
        {
            Withdraw();
            throw new FunctionsStartupException(
                $"Other users could read the local key: the file system of '{Directory.FullPath}' does not keep permissions. Set LocalFunctions:StateDirectory to a directory on a local disk.");
        }
    }

    /// <summary>Removes the file; while the state directory is still held, so that it is this process's.</summary>
    internal void Withdraw()
    {
        try
        {
            File.Delete(Directory.LocalKey);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Its key opens nothing once this process has ended.
        }
    }

    // To an address of its own a machine talks from that address.
    private static bool StaysHere(ConnectionInfo connection) =>
        connection.RemoteIpAddress is { } caller && (IPAddress.IsLoopback(Plain(caller)) || caller.Equals(connection.LocalIpAddress));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    // Digests have one length, so comparing them tells nothing about the key's.
    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
