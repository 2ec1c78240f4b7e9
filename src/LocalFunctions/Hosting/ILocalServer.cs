namespace LocalFunctions.Hosting;

/// <summary>Where the running function app listens; taken from the services of the host.</summary>
public interface ILocalServer
{
    /// <summary>The bound addresses, with the real port where port 0 was asked for, and a loopback address in place of a wildcard.
    /// Empty until the host has started.</summary>
    IReadOnlyList<Uri> Addresses { get; }
}
