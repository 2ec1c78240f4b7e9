using QdrantBackup.Runs;
using QdrantBackup.Stores;

namespace QdrantBackup.Verification;

/// <summary>The stored plans of verifications.</summary>
public sealed class VerifyPlans(SealedStore store)
    : RunPlans<VerifyPlan>(store, VerificationJson.Default.VerifyPlan, plan => plan.RunId, "a verification looks only at what it planned");
