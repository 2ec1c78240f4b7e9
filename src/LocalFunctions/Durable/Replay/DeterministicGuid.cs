using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LocalFunctions.Durable.Replay;

/// <summary>The ids that an orchestrator makes: version 5 UUIDs over instance, time and a counter, as in the official runtime.</summary>
internal static class DeterministicGuid
{
    private static readonly byte[] Namespace = new Guid("9e952958-5e33-4daf-827f-2fa12937b875").ToByteArray(bigEndian: true);

    public static Guid Create(string instanceId, DateTime utcNow, int counter)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{instanceId}_{utcNow:o}_{counter}");
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData([.. Namespace, .. Encoding.UTF8.GetBytes(name)], hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
