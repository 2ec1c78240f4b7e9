using System.Text;

namespace QdrantBackup.Deployment.Tests.FunctionsHost.Worker;

/// <summary>A function as the official worker described it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">The id that the stand-in loads it under.</param>
/// <param name="Metadata">Its description, as it came.</param>
/// <param name="Trigger">The parameter that what starts it goes to.</param>
/// <param name="Clients">The parameters that take a durable client.</param>
internal sealed record LoadedFunction(string Name, string Id, byte[] Metadata, string Trigger, IReadOnlyList<string> Clients)
{
    private const int NameField = 4;
    private const int BindingsField = 6;
    private const int BindingTypeField = 2;

    public static LoadedFunction Of(byte[] metadata)
    {
        var message = WireMessage.Read(metadata);
        var bindings = message.Messages(BindingsField).Select(entry => (Parameter: entry.Text(1), Type: entry.Messages(2).Single().Text(BindingTypeField))).ToList();
        return new(
            message.Text(NameField),
            $"id-of-{message.Text(NameField)}",
            metadata,
            bindings.Single(b => b.Type.EndsWith("Trigger", StringComparison.Ordinal)).Parameter,
            [.. bindings.Where(b => b.Type == "durableClient").Select(b => b.Parameter)]);
    }
}
