namespace KeyVaultStandIn;

/// <summary>One answer that is not what was asked for.</summary>
/// <param name="Status">The status; 0: none, the connection breaks.</param>
/// <param name="Code">The code of the error, as the service's <c>innererror</c> has it.</param>
/// <param name="RetryAfter">How long the caller is asked to wait, in seconds.</param>
/// <param name="Body">What is answered instead of an error document.</param>
/// <param name="IsSlow">Whether the answer never comes.</param>
public sealed record VaultFault(int Status, string? Code = null, int? RetryAfter = null, string? Body = null, bool IsSlow = false);
