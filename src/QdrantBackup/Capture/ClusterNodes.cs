using QdrantBackup.Clusters;
using QdrantBackup.Ids;

namespace QdrantBackup.Capture;

/// <summary>The configured nodes of the cluster, found by their address.</summary>
public sealed class ClusterNodes
{
    private readonly Dictionary<string, IQdrantNode> _byName;

    /// <summary>Takes the nodes; at least one, each under an address of its own.</summary>
    public ClusterNodes(IReadOnlyList<IQdrantNode> nodes)
    {
        if (nodes.Count == 0)
        {
            throw new UsageException("no Qdrant node is configured", "Set Qdrant:Nodes to the address of each node.");
        }

        All = nodes;
        _byName = new Dictionary<string, IQdrantNode>(nodes.Count);
        foreach (IQdrantNode node in nodes)
        {
            if (!_byName.TryAdd(NameOf(node), node))
            {
                throw new UsageException($"the Qdrant node {NameOf(node)} is configured twice", "Name each node once under Qdrant:Nodes.");
            }
        }
    }

    /// <summary>All nodes, in the order of the configuration.</summary>
    public IReadOnlyList<IQdrantNode> All { get; }

    /// <summary>How a node is named in plans and manifests: its address without user information and trailing slash.</summary>
    public static string NameOf(IQdrantNode node) =>
        node.Address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    /// <summary>The node that holds a part.</summary>
    public IQdrantNode Of(PartKey key) => Named(key.Node);

    /// <summary>The node of a name.</summary>
    public IQdrantNode Named(string name) => _byName.TryGetValue(name, out IQdrantNode? node)
        ? node
        : throw new UsageException($"the plan names the Qdrant node {name}, which is not configured", "Start a new run: the configured nodes changed during this one.");
}
