namespace LocalFunctions.Durable.Client;

/// <summary>The rules for instance ids.</summary>
internal static class InstanceIds
{
    private const int MaxLength = 256;

    /// <summary>Refuses ids that the official runtime cannot store.</summary>
    /// <exception cref="ArgumentException">The id is refused.</exception>
    public static void Check(string instanceId)
    {
        if (string.IsNullOrWhiteSpace(instanceId) || instanceId.Length > MaxLength)
        {
            throw new ArgumentException($"An instance id has 1 to {MaxLength} characters.", nameof(instanceId));
        }

        if (instanceId[0] == '@' || instanceId.AsSpan().IndexOfAny("/\\#?") >= 0 || instanceId.Any(char.IsControl))
        {
            throw new ArgumentException(
                $"The instance id '{instanceId}' must not start with '@' and must not contain '/', '\\', '#', '?' or control characters.", nameof(instanceId));
        }
    }
}
