using System.Security.Cryptography;

namespace LocalFunctions.Durable.Storage;

/// <summary>Random ids of executions, and of instances that are not given one.</summary>
internal static class ExecutionIds
{
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
