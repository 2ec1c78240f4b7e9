using Microsoft.AspNetCore.Http;

namespace QdrantBackup.App.Http;

/// <summary>Errors of the HTTP API as RFC 9457 problems: a stable type, a detail that says what to do next, never a secret or a stack trace (W5).</summary>
internal static class Problems
{
    private const string TypePrefix = "urn:qdrant-backup:problem:";

    /// <summary>What an exception means to the caller.</summary>
    public static IResult From(Exception exception) => exception switch
    {
        MisconfiguredException e => Of(StatusCodes.Status500InternalServerError, "misconfigured", "The server is not configured as it must be", e.Message, e.Hint),
        UsageException e => Of(StatusCodes.Status400BadRequest, "invalid-request", "The request cannot be carried out as it stands", e.Message, e.Hint),
        RefusedException e => Of(StatusCodes.Status422UnprocessableEntity, "refused", "A gate refused the request", e.Message, e.Hint),
        StoreConflictException e => Of(StatusCodes.Status409Conflict, "conflict", "Another process changed this at the same time", e.Message, e.Hint),
        SourceException e => Of(StatusCodes.Status502BadGateway, "qdrant-failed", "Qdrant could not do its part", e.Message, e.Hint),
        StoreException e => Of(StatusCodes.Status503ServiceUnavailable, "store-failed", "The backup store could not do its part", e.Message, e.Hint),
        SealException e => Of(StatusCodes.Status500InternalServerError, "untrusted-bytes", "Bytes in the store are not to be trusted", e.Message, e.Hint),
        BackupException e => Of(StatusCodes.Status500InternalServerError, "failed", "The request failed", e.Message, e.Hint),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Of(
            StatusCodes.Status413PayloadTooLarge, "too-long", "The request is too long", $"The request's body is longer than {RequestBody.MaxBytes} bytes", "Send a shorter one: a request names collections, it carries no data."),
        BadHttpRequestException e => Of(e.StatusCode, "invalid-request", "The request cannot be read", "The request cannot be read", "Send it again, well formed."),
        IOException => Of(StatusCodes.Status503ServiceUnavailable, "state-failed", "The server cannot keep its own state", "The server cannot write its own state, so nothing was started", "Free disk space on the server and try again."),
        OperationCanceledException or TimeoutException => Of(StatusCodes.Status504GatewayTimeout, "timed-out", "No answer in time", "Qdrant or the store did not answer in time", "Check Qdrant, the store and the network; the app's log names the call."),
        _ => Of(StatusCodes.Status500InternalServerError, "internal", "An unexpected error", "The app failed with an unexpected error", "Read the app's log of this moment."),
    };

    /// <summary>The app stops, and with it what it was doing for the caller.</summary>
    public static IResult Stopping() => Of(
        StatusCodes.Status503ServiceUnavailable, "stopping", "The app is being stopped", "The app is being stopped and gave the request up", "Try again later; started runs go on.");

    public static IResult Unauthorized(bool localOnly) => Of(
        StatusCodes.Status401Unauthorized, "unauthorized", "No valid API key", "The request carries no valid API key",
        localOnly
            ? "No API key is configured: call from the server's own machine, with the key in the file local.key of its state directory in the header X-API-Key, or configure a key."
            : "Send one of the configured keys in the header X-API-Key.");

    public static IResult Forbidden(string scope) => Of(
        StatusCodes.Status403Forbidden, "forbidden", "The API key does not cover this", $"The API key lacks the scope '{scope}'", "Use a key that has it, or add the scope to this key in the configuration.");

    public static IResult NotFound(string what, string hint) =>
        Of(StatusCodes.Status404NotFound, "not-found", "Nothing goes by that name", what, hint);

    public static IResult Conflict(string name, string what, string hint, IDictionary<string, object?>? more = null) =>
        Of(StatusCodes.Status409Conflict, name, "The request does not fit the present state", what, hint, more);

    private static IResult Of(int status, string name, string title, string message, string hint, IDictionary<string, object?>? more = null) =>
        new ProblemAnswer(
            new()
            {
                Status = status,
                Type = TypePrefix + name,
                Title = title,
                Detail = $"{message.TrimEnd('.')}. {hint}",
                Extensions = new Dictionary<string, object?>(more ?? new Dictionary<string, object?>(), StringComparer.Ordinal),
            },
            hint);
}
