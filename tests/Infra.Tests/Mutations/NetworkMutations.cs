namespace Infra.Tests.Mutations;

internal static class NetworkMutations
{
    private const string Network = "modules/network.bicep";
    private const string Endpoints = "modules/private-endpoints.bicep";
    private const string EveryEndpoint = "Whatever holds data or state has a private endpoint";
    private const string Guarded = "Private endpoints are reached from the network over https and by nothing else";

    public static IReadOnlyList<Mutation> All { get; } =
    [
        new(EveryEndpoint, "main.bicep", "resourceId: store.outputs.id", "resourceId: backupHost.outputs.id"),
        new(EveryEndpoint, "main.bicep", "['blob', 'queue', 'table']", "['blob', 'queue']", "private-azure-storage"),
        new(EveryEndpoint, "main.bicep", "module appsInNetwork 'modules/private-endpoints.bicep' = if (network != null && !network!.publicApi)", "module appsInNetwork 'modules/private-endpoints.bicep' = if (false)"),
        new("Every private endpoint gives its service's name a private address", Endpoints, "zones[indexOf(zoneNames, service.zone)].id", "zones[0].id"),
        new("Every private endpoint gives its service's name a private address", "main.bicep", "'.vaultcore.'", "'.vault.'"),
        new("The zones of those names are linked to the network", Endpoints, "virtualNetwork: { id: virtualNetworkId }", "virtualNetwork: { id: subnetId }"),
        new("With a network of its own, the scheduler lets nobody in from outside it", "modules/durable-scheduler.bicep", "isPrivate ? 'Disabled' : 'Enabled'", "'Enabled'"),
        new("With a network of its own, the scheduler lets nobody in from outside it", "modules/durable-scheduler.bicep", "isPrivate ? [] : ['0.0.0.0/0']", "['0.0.0.0/0']"),
        new(Guarded, Network, "destinationPortRange: '443'", "destinationPortRange: '*'"),
        new(Guarded, Network, "sourceAddressPrefix: 'VirtualNetwork'", "sourceAddressPrefix: '*'"),
        new(Guarded, Network, "access: 'Deny'", "access: 'Allow'"),
        new(Guarded, Network, "privateEndpointNetworkPolicies: 'Enabled'", "privateEndpointNetworkPolicies: 'Disabled'"),
        new("The apps' subnet is theirs alone and follows the routes", Network, "'Microsoft.App/environments'", "'Microsoft.Web/serverFarms'"),
        new("The apps' subnet is theirs alone and follows the routes", Network, "routeTable: { id: routes.id }", "", "private-azure-storage"),
        new("The peering with Qdrant's network carries nothing but the two networks' own traffic", Network, "allowForwardedTraffic: false", "allowForwardedTraffic: true"),
    ];
}
