namespace QdrantBackup.Cli.Connection;

/// <summary>The server was reached and did not answer in time. Nobody cancelled anything, and what was asked for may go on there.</summary>
internal sealed class ApiSilence(Uri? server, TimeSpan waited, Exception cause) : BackupException(
    $"the server at {server?.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)} did not answer within {waited.TotalSeconds:0} seconds",
    "Check that a qdrant-backup server listens there, and the network between. A run that was started goes on; 'qdrant-backup runs' lists it.",
    cause);
