using System.Text;
using CsCheck;
using Org.BouncyCastle.Crypto.Generators;
using QdrantBackup.Keys;
using QdrantBackup.Sealing;
using Reference = Org.BouncyCastle.Crypto.Parameters.Argon2Parameters;

namespace QdrantBackup.Tests.Keys;

/// <summary>
/// The library in use derives with one lane and without secret and associated data, which the vector of RFC 9106 has. So another implementation is held to the
/// RFC, and the library to that one.
/// </summary>
public sealed class Argon2idKeyTests
{
    [Fact]
    public void The_other_implementation_gives_the_answer_of_rfc_9106()
    {
        Reference parameters = new Reference.Builder(Reference.Argon2id)
            .WithVersion(Reference.Version13).WithIterations(3).WithMemoryAsKB(32).WithParallelism(4)
            .WithSalt(Bytes(2, 16)).WithSecret(Bytes(3, 8)).WithAdditional(Bytes(4, 12)).Build();

        Assert.Equal("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659", Convert.ToHexStringLower(DeriveOtherwise(parameters, Bytes(1, 32))));
    }

    [Fact]
    public void Both_implementations_derive_the_same_key_from_any_passphrase() =>
        Gen.Select(Gen.String[1, 60], Gen.Byte.Array[16], Gen.Int[64, 256], Gen.Int[3, 5]).Sample(
            (passphrase, salt, kib, passes) =>
            {
                byte[] bytes = Encoding.UTF8.GetBytes(passphrase);
                byte[] derived = new byte[32];
                Argon2idKey.Derive(bytes, new Argon2idParameters(Argon2idParameters.CurrentVersion, kib, passes, 1, salt), derived);
                Reference parameters = new Reference.Builder(Reference.Argon2id)
                    .WithVersion(Reference.Version13).WithIterations(passes).WithMemoryAsKB(kib).WithParallelism(1).WithSalt(salt).Build();
                return derived.AsSpan().SequenceEqual(DeriveOtherwise(parameters, bytes));
            },
            iter: 30,
            threads: 1);

    [Theory]
    [InlineData(19, 65_536, 3, 1, 16, true)]
    [InlineData(19, 1_048_576, 16, 1, 16, true)]
    [InlineData(19, 65_535, 3, 1, 16, false)]
    [InlineData(19, 1_048_577, 3, 1, 16, false)]
    [InlineData(19, int.MaxValue, 3, 1, 16, false)]
    [InlineData(19, -1, 3, 1, 16, false)]
    [InlineData(19, 65_536, 2, 1, 16, false)]
    [InlineData(19, 65_536, 17, 1, 16, false)]
    [InlineData(19, 65_536, 3, 2, 16, false)]
    [InlineData(19, 65_536, 3, 0, 16, false)]
    [InlineData(16, 65_536, 3, 1, 16, false)]
    [InlineData(19, 65_536, 3, 1, 15, false)]
    [InlineData(19, 65_536, 3, 1, 17, false)]
    [InlineData(19, 65_536, 3, 1, 0, false)]
    public void Parameters_are_bounded_on_both_sides(int version, int kib, int passes, int lanes, int saltLength, bool allowed) =>
        Assert.Equal(allowed, new Argon2idParameters(version, kib, passes, lanes, new byte[saltLength]).AreWithinBounds);

    private static byte[] DeriveOtherwise(Reference parameters, byte[] passphrase)
    {
        var generator = new Argon2BytesGenerator();
        generator.Init(parameters);
        byte[] derived = new byte[32];
        generator.GenerateBytes(passphrase, derived);
        return derived;
    }

    private static byte[] Bytes(byte value, int count) => [.. Enumerable.Repeat(value, count)];
}
