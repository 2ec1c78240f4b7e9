using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace QdrantBackup.App.Http;

/// <summary>Reads a request's JSON body, strictly and within a limit.</summary>
internal static class RequestBody
{
    /// <summary>The longest body, in bytes: a request names things, it never carries data.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>The body as <typeparamref name="T"/>; an absent one as its defaults.</summary>
    public static async Task<T> ReadAsync<T>(HttpRequest request, CancellationToken cancellationToken)
        where T : class, new()
    {
        var bytes = await ReadBytesAsync(request, cancellationToken);
        if (bytes.Length == 0)
        {
            return new T();
        }

        try
        {
            return JsonSerializer.Deserialize<T>(bytes.Span, ApiJson.Options) ?? new T();
        }
        catch (JsonException e)
        {
            throw new UsageException($"The request's body is not what this address takes: {Reason(e)}", "Compare it with docs/api.md; members are named in camelCase.", e);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MaxBytes)
        {
            throw TooLong();
        }

        using var buffer = new MemoryStream();
        var block = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(block, cancellationToken)) > 0)
        {
            if (buffer.Length + read > MaxBytes)
            {
                throw TooLong();
            }

            buffer.Write(block, 0, read);
        }

        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    private static BadHttpRequestException TooLong() => new("The request's body is too long", StatusCodes.Status413PayloadTooLarge);

    // The serializer's message names the member and the place in the body, and then the .NET type, which is nobody's business.
    private static string Reason(JsonException e)
    {
        const string Unknown = "The JSON property '";
        if (e.Message.StartsWith(Unknown, StringComparison.Ordinal) && e.Message.IndexOf('\'', Unknown.Length) is > 0 and var end)
        {
            return $"it has the unknown member '{e.Message[Unknown.Length..end]}'";
        }

        return e.Path is { Length: > 1 } path ? $"the value at '{path}' cannot be read" : "it is no JSON object";
    }
}
