using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace LocalFunctions.Tests.Hosting.Documented;

/// <summary>The functions that the documentation's examples name.</summary>
public class DocumentedFunctions
{
    [Function("RestartVMs")]
    public Task RestartVMs([OrchestrationTrigger] TaskOrchestrationContext context) => context.WaitForExternalEvent<string>("never");

    [Function("E1_HelloSequence")]
    public async Task<List<string>> HelloSequence([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        context.SetCustomStatus(new Progress(["A", "B", "C"], 2));
        return
        [
            await context.CallActivityAsync<string>("E1_SayHello", "Tokyo"),
            await context.CallActivityAsync<string>("E1_SayHello", "Seattle"),
            await context.CallActivityAsync<string>("E1_SayHello", "London"),
        ];
    }

    [Function("E1_SayHello")]
    public string SayHello([ActivityTrigger] string name) => $"Hello {name}!";

    [Function("Counter")]
    public async Task Counter([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        while (await context.WaitForExternalEvent<string>("operation") == "incr")
        {
            // Counts on.
        }
    }

    [Function("ProcessOrder")]
    public async Task<Shipment> ProcessOrder([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var approval = await context.WaitForExternalEvent<Approval>("ApprovalReceived");
        return approval is { Approved: true, Reviewer: "manager@contoso.com" }
            ? new Shipment("shipped", "TRK-98765")
            : throw new InvalidOperationException("not approved");
    }

    // The documentation's JSON is that of its own settings: members as they are written here.
    public sealed record Progress(string[] nextActions, int foo);

    public sealed record Shipment(string status, string trackingNumber);

    public sealed record Approval(bool Approved, string Reviewer);
}
