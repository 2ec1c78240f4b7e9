using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Capture;

/// <summary>The stored plans of backups.</summary>
public sealed class BackupPlans(SealedStore store)
    : RunPlans<BackupPlan>(store, CaptureJson.Default.BackupPlan, plan => plan.RunId, "a backup transfers only what it planned");
