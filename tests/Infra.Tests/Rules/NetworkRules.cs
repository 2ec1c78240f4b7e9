using System.Text.Json.Nodes;
using Infra.Tests.Compiler;

namespace Infra.Tests.Rules;

/// <summary>Of the network, where the parameters ask for one.</summary>
internal static class NetworkRules
{
    private const string Endpoint = "Microsoft.Network/privateEndpoints";

    public static IReadOnlyList<Rule> All { get; } =
    [
        new("Whatever holds data or state has a private endpoint", d => d.IsPrivate
            ? Rule.Difference("private endpoints", WantedEndpoints(d), d.OfType(Endpoint).Select(ConnectionOf))
            : d.OfType(Endpoint).Select(e => $"without a network: {e}")),
        new("Every private endpoint gives its service's name a private address", d => d.OfType(Endpoint).SelectMany(e => NameIsKnown(d, e))),
        new("The zones of those names are linked to the network", d => Rule.Difference(
            "links",
            d.OfType("Microsoft.Network/privateDnsZones").Select(z => (z.Name, Network: d.The("Microsoft.Network/virtualNetworks").Id)),
            d.OfType("Microsoft.Network/privateDnsZones/virtualNetworkLinks").Select(l => (l.Name.Split('/')[0], (string)l["properties.virtualNetwork.id"]!)))),
        new("With a network of its own, the scheduler lets nobody in from outside it", d => d.OfType("Microsoft.DurableTask/schedulers").SelectMany(s => Rule.Differences(
            s,
            ("properties.publicNetworkAccess", d.IsPrivate ? "\"Disabled\"" : "\"Enabled\""),
            ("properties.ipAllowlist", d.IsPrivate ? "[]" : """["0.0.0.0/0"]""")))),
        new("Private endpoints are reached from the network over https and by nothing else", d => d.OfType("Microsoft.Network/virtualNetworks").SelectMany(n => EndpointsAreGuarded(d, n))),
        new("The apps' subnet is theirs alone and follows the routes", d => d.OfType("Microsoft.Network/virtualNetworks").SelectMany(n => Subnet(n, "apps") is var apps
            && (string?)apps["delegations"]?[0]?["properties"]?["serviceName"] == "Microsoft.App/environments"
            && (string?)apps["routeTable"]?["id"] == d.The("Microsoft.Network/routeTables").Id
            && apps["networkSecurityGroup"] is not null
                ? Array.Empty<string>()
                : [$"{n}: {Subnet(n, "apps").ToJsonString()}"])),
        new("The peering with Qdrant's network carries nothing but the two networks' own traffic", d => d.OfType("Microsoft.Network/virtualNetworks/virtualNetworkPeerings").SelectMany(p => Rule.Differences(
            p, ("properties.allowForwardedTraffic", "false"), ("properties.allowGatewayTransit", "false"), ("properties.useRemoteGateways", "false")))),
    ];

    private static (string Service, string Group) ConnectionOf(Resource endpoint)
    {
        var connection = endpoint["properties.privateLinkServiceConnections"]![0]!["properties"]!;
        return ((string)connection["privateLinkServiceId"]!, (string)connection["groupIds"]![0]!);
    }

    private static IEnumerable<(string Service, string Group)> WantedEndpoints(Deployment d)
    {
        string[] hostKinds = d.OfType("Microsoft.DurableTask/schedulers").Any() ? ["blob"] : ["blob", "queue", "table"];
        return
        [
            (d.BackupAccount.Id, "blob"),
            (d.The("Microsoft.KeyVault/vaults").Id, "vault"),
            .. from host in d.OfType("Microsoft.Storage/storageAccounts") where host.Id != d.BackupAccount.Id from kind in hostKinds select (host.Id, kind),
            .. d.OfType("Microsoft.DurableTask/schedulers").Select(s => (s.Id, "scheduler")),
            .. d.OfType("Microsoft.Web/sites").Where(_ => !d.HasPublicApi).Select(s => (s.Id, "sites")),
        ];
    }

    private static IEnumerable<string> NameIsKnown(Deployment d, Resource endpoint)
    {
        var zone = ConnectionOf(endpoint).Group switch
        {
            "vault" => "privatelink.vaultcore.azure.net",
            "scheduler" => "privatelink.durabletask.io",
            "sites" => "privatelink.azurewebsites.net",
            var kind => $"privatelink.{kind}.core.windows.net",
        };
        var wanted = d.OfType("Microsoft.Network/privateDnsZones").SingleOrDefault(z => z.Name == zone)?.Id ?? zone;
        var group = d.OfType(Endpoint + "/privateDnsZoneGroups").SingleOrDefault(g => g.Name == endpoint.Name + "/default");
        var actual = (string?)group?["properties.privateDnsZoneConfigs"]?[0]?["properties"]?["privateDnsZoneId"];
        return actual == wanted ? [] : [$"{endpoint}: {actual ?? "no zone"}, not {wanted}"];
    }

    private static JsonNode Subnet(Resource network, string name) =>
        network["properties.subnets"]!.AsArray().Single(s => (string)s!["name"]! == name)!["properties"]!;

    private static IEnumerable<string> EndpointsAreGuarded(Deployment d, Resource network)
    {
        var subnet = Subnet(network, "endpoints");
        var rules = d.OfType("Microsoft.Network/networkSecurityGroups").Single(g => g.Id == (string?)subnet["networkSecurityGroup"]?["id"])["properties.securityRules"]!.AsArray()
            .Select(r => r!["properties"]!)
            .OrderBy(r => (int)r["priority"]!)
            .Select(r => $"{r["direction"]} {r["access"]} {r["protocol"]} {r["sourceAddressPrefix"]} {r["destinationPortRange"]}");
        return (rules.SequenceEqual(["Inbound Allow Tcp VirtualNetwork 443", "Inbound Deny * * *"]) ? [] : rules)
            .Concat((string?)subnet["privateEndpointNetworkPolicies"] == "Enabled" ? [] : new[] { "the rules do not count for private endpoints" });
    }
}
