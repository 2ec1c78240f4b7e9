using Microsoft.AspNetCore.Http;
using QdrantBackup.Ids;

namespace QdrantBackup.App.Http;

/// <summary>The API's answers, all in its own JSON.</summary>
internal static class ApiResults
{
    public static IResult Ok<T>(T value) => new Answer<T>(StatusCodes.Status200OK, value);

    public static IResult Unavailable<T>(T value) => new Answer<T>(StatusCodes.Status503ServiceUnavailable, value);

    public static IResult Accepted(RunId id, string statusUrl, HttpRequest request)
    {
        request.HttpContext.Response.Headers.Location = statusUrl;
        request.HttpContext.Response.Headers.RetryAfter = "2";
        return new Answer<Accepted>(StatusCodes.Status202Accepted, new(id.Value, statusUrl));
    }
}

/// <summary>Reads ids that somebody typed.</summary>
internal static class TypedIds
{
    private const string Shape = "An id looks like 20260901T020000Z-4k7xq2; 'qdrant-backup list' and 'qdrant-backup runs' show them.";

    /// <summary>What stands for the newest complete backup where an id is asked for.</summary>
    public const string Latest = "latest";

    /// <summary>What stands for every backup where an id is asked for.</summary>
    public const string All = "all";

    public static RunId RunOf(string text) => RunId.TryParse(text, out var id) ? id : throw new UsageException($"{Named(text)} is not a run id", Shape);

    /// <summary>The hash of a plan that somebody has seen.</summary>
    public static string PlanHashOf(string? text, string problem, string hint) =>
        text is { Length: 64 } hash && hash.All(char.IsAsciiHexDigitLower) ? hash : throw new UsageException(problem, hint);

    public static BackupId BackupOf(string text) => BackupId.TryParse(text, out var id) ? id : throw new UsageException($"{Named(text)} is not a backup id", Shape);

    // It comes from outside, and an error goes to terminals and logs.
    private static string Named(string text) =>
        text.Length <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? $"'{text}'" : "the id in the address";
}

/// <summary>The answer to whatever starts a run.</summary>
internal sealed record Accepted(string Id, string StatusUrl);
