using LocalFunctions.Durable.Client;
using LocalFunctions.Hosting.Management;
using Microsoft.DurableTask.Client;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The addresses under which an orchestration instance is managed over HTTP.</summary>
public class HttpManagementPayload
{
    /// <summary>The instance id.</summary>
    public string? Id { get; internal set; }

    /// <summary>DELETE: purges the instance.</summary>
    public string? PurgeHistoryDeleteUri { get; internal set; }

    /// <summary>POST: raises an event; replace <c>{eventName}</c>.</summary>
    public string? SendEventPostUri { get; internal set; }

    /// <summary>GET: the status.</summary>
    public string? StatusQueryGetUri { get; internal set; }

    /// <summary>POST: terminates; replace <c>{{text}}</c> with the reason.</summary>
    public string? TerminatePostUri { get; internal set; }

    /// <summary>POST: suspends; replace <c>{{text}}</c> with the reason.</summary>
    public string? SuspendPostUri { get; internal set; }

    /// <summary>POST: resumes; replace <c>{{text}}</c> with the reason.</summary>
    public string? ResumePostUri { get; internal set; }
}

/// <summary>What Functions adds to the durable client.</summary>
public static class DurableTaskClientExtensions
{
    /// <summary>The addresses under which an instance is managed over HTTP.</summary>
    /// <param name="client">A client that a function got from its <see cref="DurableClientAttribute"/>.</param>
    /// <param name="instanceId">The instance.</param>
    /// <returns>The addresses.</returns>
    /// <exception cref="InvalidOperationException">The client does not know the base address of the host.</exception>
    public static HttpManagementPayload CreateHttpManagementPayload(this DurableTaskClient client, string instanceId)
    {
        var root = (client as LocalDurableTaskClient)?.ManagementAddress
            ?? throw new InvalidOperationException("The client does not know the base address of the host; use a client bound with [DurableClient].");
        var links = ManagementLinks.Of(root.GetLeftPart(UriPartial.Path).TrimEnd('/'), root.Query.TrimStart('?'), "{{text}}", instanceId);
        return new HttpManagementPayload
        {
            Id = links.Id,
            PurgeHistoryDeleteUri = links.PurgeHistoryDeleteUri,
            SendEventPostUri = links.SendEventPostUri,
            StatusQueryGetUri = links.StatusQueryGetUri,
            TerminatePostUri = links.TerminatePostUri,
            SuspendPostUri = links.SuspendPostUri,
            ResumePostUri = links.ResumePostUri,
        };
    }
}
