
namespace QdrantBackup.App.Hosting;

/// <summary>Who can reach the app while it has no API key; whoever hosts it knows, and registers it before the app is composed.</summary>
/// <param name="FromThisMachineOnly">Whether the host lets in callers of this machine only. If not, the app does not start without a key.</param>
public sealed record AppReach(bool FromThisMachineOnly);
