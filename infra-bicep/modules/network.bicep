metadata description = 'A virtual network: a subnet that the apps go out through, one for private endpoints, and the way to Qdrant.'

import { namesType, networkType } from '../shared/types.bicep'

param location string
param tags object
param names namesType
param network networkType
param workspaceId string

var appsSubnet = 'apps'
var endpointsSubnet = 'endpoints'
var allRoutes = network.?routes ?? []

resource routes 'Microsoft.Network/routeTables@2025-01-01' = {
  name: 'rt-${names.virtualNetwork}'
  location: location
  tags: tags
  properties: {
    disableBgpRoutePropagation: false
    routes: [
      for route in allRoutes: {
        name: route.name
        properties: {
          addressPrefix: route.addressPrefix
          nextHopType: route.nextHopType
          nextHopIpAddress: route.?nextHopIpAddress
        }
      }
    ]
  }
}

resource appsRules 'Microsoft.Network/networkSecurityGroups@2025-01-01' = {
  name: 'nsg-${names.virtualNetwork}-${appsSubnet}'
  location: location
  tags: tags
  properties: {
    // Azure's own rules already keep everybody outside the network out; calls reach the apps through their front end.
    securityRules: []
  }
}

resource endpointsRules 'Microsoft.Network/networkSecurityGroups@2025-01-01' = {
  name: 'nsg-${names.virtualNetwork}-${endpointsSubnet}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'this-network-over-https'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: network.endpointsPrefix
          destinationPortRange: '443'
        }
      }
      {
        name: 'nobody-else'
        properties: {
          priority: 200
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-01-01' = {
  name: names.virtualNetwork
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [network.addressPrefix] }
    dhcpOptions: { dnsServers: network.?dnsServers ?? [] }
    subnets: [
      {
        name: appsSubnet
        properties: {
          addressPrefix: network.appsPrefix
          networkSecurityGroup: { id: appsRules.id }
          routeTable: { id: routes.id }
          // Flex Consumption takes its network from here.
          delegations: [{ name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: endpointsSubnet
        properties: {
          addressPrefix: network.endpointsPrefix
          networkSecurityGroup: { id: endpointsRules.id }
          privateEndpointNetworkPolicies: 'Enabled'
          defaultOutboundAccess: false
        }
      }
    ]
  }

  resource apps 'subnets' existing = {
    name: appsSubnet
  }

  resource endpoints 'subnets' existing = {
    name: endpointsSubnet
  }
}

resource toQdrant 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2025-01-01' = if (network.?qdrantNetworkId != null) {
  parent: virtualNetwork
  name: 'to-qdrant'
  properties: {
    remoteVirtualNetwork: { id: network.?qdrantNetworkId }
    allowVirtualNetworkAccess: true
    allowForwardedTraffic: false
    allowGatewayTransit: false
    useRemoteGateways: false
  }
}

resource networkDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: virtualNetwork
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource appsRulesDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: appsRules
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}

resource endpointsRulesDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: endpointsRules
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}

@description('The network.')
output id string = virtualNetwork.id

@description('The subnet that apps go out through.')
output appsSubnetId string = virtualNetwork::apps.id

@description('The subnet of the private endpoints.')
output endpointsSubnetId string = virtualNetwork::endpoints.id
