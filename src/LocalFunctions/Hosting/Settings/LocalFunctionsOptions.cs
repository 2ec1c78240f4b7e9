using Microsoft.AspNetCore.Http;

namespace LocalFunctions.Hosting.Settings;

/// <summary>Section <c>LocalFunctions</c> of the configuration: what only the single-machine runtime knows.</summary>
internal sealed class LocalFunctionsOptions
{
    public const string Section = "LocalFunctions";
    private const int MaxDrainSeconds = 3600;

    // sockaddr_un.
    private const int MaxSocketPath = 107;

    /// <summary>Where durable state lives; relative to the content root.</summary>
    public string StateDirectory { get; set; } = ".localfunctions";

    /// <summary>Addresses to listen on, separated by semicolons; port 0 takes a free one.</summary>
    public string Urls { get; set; } = "http://127.0.0.1:8000";

    /// <summary>
    /// A Unix socket to listen on too, in a folder that only a trusted user may write. Whoever may connect is a local caller of the app's own functions: the folder's
    /// group and mode say who that is. Unset: none.
    /// </summary>
    public string? GroupSocket { get; set; }

    /// <summary>How long running functions may go on after the host was asked to stop.</summary>
    public int DrainSeconds { get; set; } = 20;

    /// <summary>Key for functions of level Function, and every level below Admin; unset: the admin key and the local key only.</summary>
    public string? HostKey { get; set; }

    /// <summary>Key for functions of level Admin and for <c>/admin</c>; unset: the local key only.</summary>
    public string? AdminKey { get; set; }

    /// <summary>Key for the Durable management API; unset: the admin key and the local key only.</summary>
    public string? SystemKey { get; set; }

    /// <exception cref="FunctionsStartupException">A value is out of range.</exception>
    public void Validate()
    {
        if (DrainSeconds is < 0 or > MaxDrainSeconds)
        {
            throw new FunctionsStartupException($"LocalFunctions:DrainSeconds is {DrainSeconds}; it must be between 0 and {MaxDrainSeconds}.");
        }

        if (string.IsNullOrWhiteSpace(StateDirectory))
        {
            throw new FunctionsStartupException("LocalFunctions:StateDirectory is empty; name a directory that this user can write.");
        }

        if (GroupSocket is { } socket && (!Path.IsPathFullyQualified(socket) || System.Text.Encoding.UTF8.GetByteCount(socket) > MaxSocketPath))
        {
            throw new FunctionsStartupException($"LocalFunctions:GroupSocket is '{socket}'; it must be an absolute path of at most {MaxSocketPath} bytes.");
        }

        var urls = Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (urls.Length == 0 || urls.Any(url => !IsAddress(url)))
        {
            throw new FunctionsStartupException($"LocalFunctions:Urls is '{Urls}'; it lists addresses such as http://127.0.0.1:8000, separated by ';'.");
        }
    }

    private static bool IsAddress(string url)
    {
        try
        {
            return BindingAddress.Parse(url).Scheme is "http" or "https";
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
