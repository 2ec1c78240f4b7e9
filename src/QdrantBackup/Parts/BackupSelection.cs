using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace QdrantBackup.Parts;

/// <summary>What a backup was asked to hold, where that is not every collection of the cluster.</summary>
/// <param name="Collections">Names and patterns of what was asked for; empty: everything but what is excluded.</param>
/// <param name="Exclude">Names and patterns of what was left out.</param>
public sealed record BackupSelection(IReadOnlyList<string> Collections, IReadOnlyList<string> Exclude)
{
    private const int KeyBytes = 8;

    /// <summary>The same for the same selection in any order, and for no other: 16 hex digits.</summary>
    [JsonIgnore]
    public string Key
    {
        get
        {
            string text = string.Join('\n', [.. Sorted(Collections), "", .. Sorted(Exclude)]);
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, KeyBytes));
        }
    }

    private static IEnumerable<string> Sorted(IReadOnlyList<string> names) => names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
}
