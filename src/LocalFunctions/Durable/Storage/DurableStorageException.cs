namespace LocalFunctions.Durable.Storage;

/// <summary>The database of the durable engine cannot be used; the message says why and what to do.</summary>
internal sealed class DurableStorageException(string message, Exception? innerException = null) : IOException(message, innerException);
