using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalFunctions.Tests.Hosting;

public sealed record Order(string Name, int Count);

public class Durable
{
    [Function("Start")]
    public async Task<IActionResult> Start(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "start")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var order = await request.ReadFromJsonAsync<Order>(cancellationToken);
        var id = await client.ScheduleNewOrchestrationInstanceAsync("Fulfil", order, cancellationToken);
        return new AcceptedResult((string?)null, new { id });
    }

    [Function("Fulfil")]
    public async Task<string> Fulfil([OrchestrationTrigger] TaskOrchestrationContext context, Order order)
    {
        var packed = await Task.WhenAll(Enumerable.Range(0, order.Count).Select(number => context.CallActivityAsync<string>(nameof(Pack), new Order(order.Name, number))));
        return string.Join(',', packed);
    }

    [Function(nameof(Pack))]
    public string Pack([ActivityTrigger] Order order, string instanceId, FunctionContext context)
    {
        if (instanceId.Length == 0 || context.FunctionDefinition.Name != nameof(Pack))
        {
            throw new InvalidOperationException("An activity knows its instance and its name.");
        }

        return order.Name + order.Count;
    }

    [Function("Approval")]
    public Task<bool> Approval([OrchestrationTrigger] TaskOrchestrationContext context) => context.WaitForExternalEvent<bool>("Approved");

    [Function("Breaks")]
    public Task Breaks([OrchestrationTrigger] TaskOrchestrationContext context) => throw new InvalidOperationException("no such order in " + context.Name);
}
