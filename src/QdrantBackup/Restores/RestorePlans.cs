using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Restores;

/// <summary>The stored plans of restores.</summary>
public sealed class RestorePlans(SealedStore store)
    : RunPlans<RestorePlan>(store, RestoresJson.Default.RestorePlan, plan => plan.RunId, "a restore writes only what it planned");
