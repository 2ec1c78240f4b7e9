using System.Security.Cryptography;
using QdrantBackup.Chunking;

namespace QdrantBackup.Tests.Chunking;

public sealed class TarWalkerFixtureTests
{
    public static TheoryData<string> Fixtures => [.. SnapshotFixture.Names];

    [Fact]
    public void There_are_twenty_one_fixtures() => Assert.Equal(21, SnapshotFixture.Names.Count());

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Every_member_of_a_real_snapshot_is_seen_in_order_with_its_content(string name)
    {
        var fixture = SnapshotFixture.Load(name);
        var recorder = new MemberRecorder();
        var walker = new TarWalker(recorder);

        Walk(walker, fixture.Bytes, 1 << 20);

        IReadOnlyList<FixtureMember> seen = recorder.Finish(fixture.Bytes);
        Assert.Equal(fixture.Members, seen.Zip(fixture.Members, (s, m) => m.Sha256 is null ? s with { Sha256 = null } : s));
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void A_real_snapshot_is_found_whole(string name)
    {
        var fixture = SnapshotFixture.Load(name);
        var walker = new TarWalker();

        Walk(walker, fixture.Bytes, 77_777);

        Assert.True(walker.Summary.IsTar);
        Assert.Equal(fixture.Bytes.Length, walker.Summary.Length);
        Assert.Equal(fixture.Members.Count, walker.Summary.MemberCount);
        Assert.Null(fixture.Kind == "collection" ? ArchiveCheck.CollectionSnapshot(walker.Summary) : ArchiveCheck.ShardSnapshot(walker.Summary));
    }

    internal static void Walk(TarWalker walker, ReadOnlySpan<byte> bytes, int atMost)
    {
        while (bytes.Length > 0)
        {
            int count = Math.Min(bytes.Length, atMost);
            if (walker.Remaining != TarWalker.Unknown)
            {
                count = (int)Math.Min(count, walker.Remaining);
            }

            walker.Consume(bytes[..count]);
            bytes = bytes[count..];
        }
    }

    /// <summary>Expands sparse members while hashing, as an unpacker would.</summary>
    internal sealed class MemberRecorder : IArchiveListener
    {
        private readonly List<(ArchiveMember Member, MemoryStream Archived)> _members = [];

        public void OnMember(ArchiveMember member) => _members.Add((member, new MemoryStream()));

        public void OnData(ReadOnlySpan<byte> data) => _members[^1].Archived.Write(data);

        public IReadOnlyList<FixtureMember> Finish(byte[] stream)
        {
            var begins = new Dictionary<string, long> { [string.Empty] = 0 };
            var result = new List<FixtureMember>();
            foreach ((ArchiveMember member, MemoryStream archived) in _members)
            {
                int bang = member.Name.LastIndexOf('!');
                long begin = begins[bang < 0 ? string.Empty : member.Name[..bang]];
                begins[member.Name] = member.DataOffset;
                ReadOnlySpan<byte> content = member.IsOpened
                    ? stream.AsSpan((int)member.DataOffset, (int)member.ArchivedLength)
                    : archived.GetBuffer().AsSpan(0, (int)archived.Length);
                result.Add(new FixtureMember(
                    member.Name, member.Type, member.HeaderOffset - begin, member.DataOffset - begin, member.Length, member.Modified, Hash(member, content)));
            }

            return result;
        }

        private static string Hash(ArchiveMember member, ReadOnlySpan<byte> content)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            if (member.SparseMap is null)
            {
                hash.AppendData(content);
                return Convert.ToHexStringLower(hash.GetHashAndReset());
            }

            byte[] zeros = new byte[64 << 10];
            long at = 0;
            foreach (SparseEntry entry in member.SparseMap.Append(new SparseEntry(member.Length, 0)))
            {
                for (; at < entry.Offset; at += Math.Min(zeros.Length, entry.Offset - at))
                {
                    hash.AppendData(zeros.AsSpan(0, (int)Math.Min(zeros.Length, entry.Offset - at)));
                }

                hash.AppendData(content[..(int)entry.Length]);
                content = content[(int)entry.Length..];
                at += entry.Length;
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }
}
