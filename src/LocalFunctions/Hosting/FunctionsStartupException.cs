namespace LocalFunctions.Hosting;

/// <summary>The function app cannot start as it is: its functions, <c>host.json</c> or settings are wrong, or its state directory is in use.
/// The message says what, where, and what to do.</summary>
public class FunctionsStartupException : Exception
{
    /// <summary>Creates the exception with a message for the operator.</summary>
    public FunctionsStartupException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception with a message for the operator and its cause.</summary>
    public FunctionsStartupException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>Another process has the state directory. That can pass: a command keeps it only while it works.</summary>
public sealed class StateInUseException(string message) : FunctionsStartupException(message);
