namespace QdrantStandIn;

/// <summary>An error answer, in Qdrant's words.</summary>
internal sealed class Failure(int status, string text, bool isPlain = false) : Exception(text)
{
    public int Status => status;

    public bool IsPlain => isPlain;

    /// <summary>Answered before the request's body was read; the connection is then closed, and a client still sending sees a broken pipe.</summary>
    public bool LeavesBodyUnread { get; init; }

    public static Failure NoCollection(string name) => new(404, $"Not found: Collection `{name}` doesn't exist!");

    public static Failure NoSnapshot(string name) => new(404, $"Not found: Snapshot {name} not found");

    public static Failure Service(string text) => new(500, $"Service internal error: {text}");

    /// <summary>The same error as the handlers with plain-text errors write it.</summary>
    public Failure Plain() => new(status, Message, isPlain: true) { LeavesBodyUnread = LeavesBodyUnread };
}
