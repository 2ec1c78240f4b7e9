using System.Text.Json;

namespace LocalFunctions.Hosting.State;

/// <summary>What the owner of a state directory says about itself. It means nothing unless the lock is held.</summary>
internal sealed record ServerFile(int ProcessId, IReadOnlyList<Uri> Urls)
{
    /// <summary>Whether it ends when its own work is done.</summary>
    public bool IsPassing { get; init; }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web);

    public static ServerFile? TryRead(string path)
    {
        try
        {
            var read = JsonSerializer.Deserialize<ServerFile>(File.ReadAllBytes(path), JsonSerializerOptions.Web);
            return read?.Urls is null ? null : read;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
