using Microsoft.DurableTask;

namespace LocalFunctions.Durable;

/// <summary>Which versions of orchestrations this program starts and continues.</summary>
/// <param name="Default">The version of new instances without a version of their own; null or empty: unversioned, which is older than any version.</param>
/// <param name="Match">Which instances are continued.</param>
/// <param name="OnMismatch">What happens to the other instances.</param>
internal sealed record OrchestrationVersions(string? Default, VersionMatchStrategy Match, VersionFailureStrategy OnMismatch)
{
    /// <summary>The default when host.json has no setting.</summary>
    public static readonly OrchestrationVersions Unversioned = new(null, VersionMatchStrategy.CurrentOrOlder, VersionFailureStrategy.Reject);

    /// <summary>Why an instance of a version is not continued; null if it is.</summary>
    public string? Mismatch(string? version) => Match switch
    {
        VersionMatchStrategy.Strict when VersionOrder.Compare(version, Default) != 0 =>
            $"The orchestration's version '{version}' is not this program's '{Default}'.",
        VersionMatchStrategy.CurrentOrOlder when VersionOrder.Compare(version, Default) > 0 =>
            $"The orchestration's version '{version}' is newer than this program's '{Default}' (extensions.durableTask.defaultVersion in host.json).",
        _ => null,
    };
}

/// <summary>Which instances a program continues; the names are those of host.json.</summary>
internal enum VersionMatchStrategy
{
    /// <summary>All.</summary>
    None,

    /// <summary>Those of its own version.</summary>
    Strict,

    /// <summary>Those of its own version and older ones.</summary>
    CurrentOrOlder,
}

/// <summary>What happens to instances of other versions; the names are those of host.json.</summary>
internal enum VersionFailureStrategy
{
    /// <summary>They wait for a program that supports them.</summary>
    Reject,

    /// <summary>They fail.</summary>
    Fail,
}
