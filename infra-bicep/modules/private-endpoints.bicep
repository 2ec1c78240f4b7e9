metadata description = 'Private endpoints of services, with the zones that make their usual names lead there.'

param location string
param tags object
param virtualNetworkId string
param subnetId string

@description('What is reached: a name for the endpoint, the resource, the kind of endpoint, and the zone of its name.')
param services { name: string, resourceId: string, group: string, zone: string }[]

var zoneNames = union(map(services, service => service.zone), [])

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in zoneNames: {
    name: zone
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zone, i) in zoneNames: {
    parent: zones[i]
    name: 'to-network'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: virtualNetworkId }
    }
  }
]

resource endpoints 'Microsoft.Network/privateEndpoints@2025-01-01' = [
  for service in services: {
    name: 'pe-${service.name}'
    location: location
    tags: tags
    properties: {
      subnet: { id: subnetId }
      privateLinkServiceConnections: [
        {
          name: service.name
          properties: {
            #disable-next-line use-resource-id-functions // It is a resource's id, given in a list, where the rule cannot see it.
            privateLinkServiceId: service.resourceId
            groupIds: [service.group]
          }
        }
      ]
    }
  }
]

resource names 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-01-01' = [
  for (service, i) in services: {
    parent: endpoints[i]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: service.group
          properties: { privateDnsZoneId: zones[indexOf(zoneNames, service.zone)].id }
        }
      ]
    }
  }
]
