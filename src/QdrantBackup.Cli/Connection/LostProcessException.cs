namespace QdrantBackup.Cli.Connection;

/// <summary>The process on this machine that carried the command out has ended meanwhile.</summary>
internal sealed class LostProcessException(int process, Exception cause) : BackupException(
    $"process {process}, which carried this out, does not answer any more",
    "Give the command again. 'qdrant-backup runs' shows whether a run was interrupted; 'qdrant-backup resume ID' lets it go on, 'qdrant-backup cancel ID' ends it.",
    cause);
