using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;
using QdrantBackup.Harness;
using QdrantBackup.Ids;

namespace QdrantBackup.Tests.Sealing;

/// <summary>Chunk ids are keyed BLAKE3, on every processor: the published vectors, and longer ones of the reference implementation (tests/vectors/blake3-keyed.txt).</summary>
public sealed class ChunkIdTests(ITestOutputHelper output)
{
    [Fact]
    public void Chunk_ids_are_those_of_the_published_vectors()
    {
        output.WriteLine(Widths(Vector512.IsHardwareAccelerated, Vector256.IsHardwareAccelerated, Vector128.IsHardwareAccelerated));
        (int Length, string Hash)[] vectors = [.. File.ReadLines(Repository.Path("tests", "vectors", "blake3-keyed.txt"))
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split(' '))
            .Select(parts => (int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]))];
        byte[] input = [.. Enumerable.Range(0, vectors.Max(v => v.Length)).Select(i => (byte)(i % 251))];

        Assert.InRange(vectors.Length, 35, int.MaxValue);
        foreach ((int length, string hash) in vectors)
        {
            Assert.Equal($"{length} {hash}", $"{length} {ChunkId.Of("whats the Elvish word for friend"u8, input.AsSpan(0, length))}");
        }
    }

    [Theory]
    [InlineData("DOTNET_EnableAVX512=0", false, true, true)]
    [InlineData("DOTNET_EnableAVX2=0", false, false, true)]
    [InlineData("DOTNET_EnableHWIntrinsic=0", false, false, false)]
    public async Task They_are_the_same_on_a_processor_with_shorter_vectors_or_none(string setting, bool has512, bool has256, bool has128)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                typeof(ChunkIdTests).Assembly.Location,
                "-method", $"{typeof(ChunkIdTests).FullName}.{nameof(Chunk_ids_are_those_of_the_published_vectors)}",
                "-showliveoutput",
            },
        };
        string[] pair = setting.Split('=');
        start.Environment[pair[0]] = pair[1];
        using Process child = Process.Start(start)!;
        string told = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WithinAsync("the end of the tests in another process", TimeSpan.FromMinutes(3));
        await child.EndAsync("the tests in another process");

        Assert.True(child.ExitCode == 0, told);
        Assert.Contains(
            Widths(has512, has256 && Vector256.IsHardwareAccelerated, has128 && Vector128.IsHardwareAccelerated), told, StringComparison.Ordinal);
    }

    private static string Widths(bool has512, bool has256, bool has128) => $"vectors of 512 bits: {has512}, 256: {has256}, 128: {has128}";
}
