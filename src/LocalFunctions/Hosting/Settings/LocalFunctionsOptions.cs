using System.ComponentModel.DataAnnotations;

namespace LocalFunctions.Hosting.Settings;

/// <summary>Section <c>LocalFunctions</c> of the configuration: what only the single-machine runtime knows.</summary>
internal sealed class LocalFunctionsOptions
{
    public const string Section = "LocalFunctions";

    /// <summary>Where durable state lives; relative to the content root.</summary>
    public string StateDirectory { get; set; } = ".localfunctions";

    /// <summary>Addresses to listen on, separated by semicolons; port 0 takes a free one.</summary>
    public string Urls { get; set; } = "http://127.0.0.1:8000";

    /// <summary>How long running functions may go on after the host was asked to stop.</summary>
    [Range(0, 3600)]
    public int DrainSeconds { get; set; } = 20;

    /// <summary>Key for functions of level Function, and every level below Admin; unset: callers on this machine only.</summary>
    public string? HostKey { get; set; }

    /// <summary>Key for functions of level Admin and for <c>/admin</c>; unset: callers on this machine only.</summary>
    public string? AdminKey { get; set; }

    /// <summary>Key for the Durable management API; unset: callers on this machine only.</summary>
    public string? SystemKey { get; set; }
}
