using System.Buffers;
using QdrantBackup.Chunking;
using QdrantBackup.Harness;

namespace QdrantBackup.Benchmarks.Data;

/// <summary>The bytes of a real snapshot's members, sorted by what they are.</summary>
internal sealed class RealMembers : IArchiveListener
{
    private readonly ArrayBufferWriter<byte> _payload = new();
    private readonly ArrayBufferWriter<byte> _others = new();
    private ArrayBufferWriter<byte>? _now;

    private RealMembers()
    {
    }

    /// <summary>Pages of payload.</summary>
    public byte[] Payload => _payload.WrittenSpan.ToArray();

    /// <summary>Everything that is neither payload nor vectors: graph, index of the payload, trackers, maps of ids.</summary>
    public byte[] Others => _others.WrittenSpan.ToArray();

    /// <summary>Those of the first day of the series.</summary>
    public static RealMembers OfDay1()
    {
        var bytes = ShardDays.Load(Path.Combine(Fixtures.Root, "days"))["day1.shard.snapshot"];
        var members = new RealMembers();
        var walker = new TarWalker(members);
        while (walker.Offset < bytes.Length)
        {
            var rest = bytes.Span[(int)walker.Offset..];
            walker.Consume(walker.Remaining == TarWalker.Unknown ? rest : rest[..(int)Math.Min(rest.Length, walker.Remaining)]);
        }

        return members;
    }

    void IArchiveListener.OnMember(ArchiveMember member) =>
        _now = member.Name.Contains("/payload_storage/page", StringComparison.Ordinal) ? _payload : member.Name.Contains("/vectors/chunk", StringComparison.Ordinal) ? null : _others;

    void IArchiveListener.OnData(ReadOnlySpan<byte> data) => _now?.Write(data);
}
