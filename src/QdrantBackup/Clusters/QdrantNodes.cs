using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace QdrantBackup.Clusters;

/// <summary>Opens nodes from their options. A node is made once and shared; its connections live until this is disposed.</summary>
public sealed class QdrantNodes(TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<QdrantNodeOptions, Lazy<QdrantNode>> _nodes = new();

    /// <summary>The node at that address. Options that cannot be right, or would send a key in the clear, are a <see cref="UsageException"/>.</summary>
    public IQdrantNode Open(QdrantNodeOptions options)
    {
        Check(options);
        return _nodes.GetOrAdd(options, o => new Lazy<QdrantNode>(() => Create(o))).Value;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var node in _nodes.Values.Where(n => n.IsValueCreated))
        {
            node.Value.Dispose();
        }
    }

    private QdrantNode Create(QdrantNodeOptions options)
    {
        try
        {
            return new QdrantNode(options, time);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UsageException($"The certificate authorities for {options} cannot be read: {e.Message}", "Give a readable PEM file with at least one certificate.", e);
        }
    }

    private static void Check(QdrantNodeOptions options)
    {
        var url = options.Url;
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
        {
            throw new UsageException("The address of a Qdrant node is not an http or https address.", "Write it like http://10.0.0.4:6333.");
        }

        if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            throw new UsageException($"The address of {options} carries user information, a query or a fragment.", "Give only scheme, host, port and path there, and the API key as its own setting.");
        }

        if (options.ApiKey is { } key && (key.Length == 0 || !key.All(c => c is > ' ' and <= '~')))
        {
            throw new UsageException($"The API key for {options} is empty or holds characters that a header cannot carry.", "Check the setting for line breaks, spaces and quotes.");
        }

        if (options.ApiKey is not null && url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback && !options.AllowPlainHttpWithKey)
        {
            throw new UsageException($"The API key would be sent in the clear to {options}.", "Use https, or allow plain http with a key for this node if its network is trusted.");
        }
    }
}
