using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using QdrantBackup.Ids;

namespace QdrantBackup.Runs;

/// <summary>The n-th of m shares of everything to verify: the shares 1/m to m/m hold every chunk and every part exactly once, even if blobs come and go between them.</summary>
[JsonConverter(typeof(VerifySubsetConverter))]
public readonly record struct VerifySubset
{
    /// <summary>The most shares there may be.</summary>
    public const int MaxOf = 1000;

    private VerifySubset(int number, int of) => (Number, Of) = (number, of);

    /// <summary>Which share, from 1.</summary>
    public int Number { get; }

    /// <summary>How many shares there are.</summary>
    public int Of { get; }

    /// <summary>The ids of the chunks in it.</summary>
    public IdRange Ids => IdRange.Whole.Slice(Number, Of);

    /// <summary>The <paramref name="number"/>-th of <paramref name="of"/> shares.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such share.</exception>
    public static VerifySubset Share(int number, int of)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, of);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(of, MaxOf);
        return new VerifySubset(number, of);
    }

    /// <summary>Parses a share such as 3/30.</summary>
    public static bool TryParse(string? text, out VerifySubset subset)
    {
        subset = default;
        string[] numbers = text?.Split('/') ?? [];
        if (numbers.Length == 2
            && int.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && int.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out int of)
            && number >= 1 && number <= of && of <= MaxOf)
        {
            subset = new VerifySubset(number, of);
            return true;
        }

        return false;
    }

    /// <summary>Whether it holds a part of a backup. Decided by a hash of their names, so that a part stays in one share for as long as it exists.</summary>
    public bool Holds(BackupId backup, int partNo)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{backup}/{partNo}")));
        return Ids.Contains(BinaryPrimitives.ReadUInt32BigEndian(hash));
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Of}");
}

internal sealed class VerifySubsetConverter : JsonConverter<VerifySubset>
{
    public override VerifySubset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        VerifySubset.TryParse(reader.GetString(), out VerifySubset subset) ? subset : throw new JsonException("not a share such as 3/30");

    public override void Write(Utf8JsonWriter writer, VerifySubset value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
