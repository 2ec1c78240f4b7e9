using System.Buffers;
using System.Text.Json;
using LocalFunctions.Durable;
using Microsoft.AspNetCore.Http;

namespace LocalFunctions.Hosting.Management;

/// <summary>Reads the JSON that a request brings, no more of it than an instance may be given.</summary>
internal static class ManagementBody
{
    /// <summary>The body; null if it is empty. Of any content type, as the official host takes it.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="PayloadTooLargeException">It is larger than an input or event may be.</exception>
    public static async Task<object?> ReadAsync(HttpRequest request)
    {
        var rented = ArrayPool<byte>.Shared.Rent(JsonPayloads.LimitBytes + 1);
        try
        {
            var read = await request.Body.ReadAtLeastAsync(
                rented.AsMemory(0, JsonPayloads.LimitBytes + 1), JsonPayloads.LimitBytes + 1, throwOnEndOfStream: false, request.HttpContext.RequestAborted);
            if (read > JsonPayloads.LimitBytes)
            {
                throw new PayloadTooLargeException(request.ContentLength ?? read);
            }

            return rented.AsSpan(0, read).Trim(" \t\r\n"u8).IsEmpty ? null : JsonElement.Parse(rented.AsSpan(0, read));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }
}
