namespace LocalFunctions.Durable.Storage;

/// <summary>The database of the durable engine cannot be used; the message has the reason and what to do.</summary>
internal sealed class DurableStorageException(string message, Exception? innerException = null) : IOException(message, innerException);
