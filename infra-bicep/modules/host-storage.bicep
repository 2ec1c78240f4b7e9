// An account of its own for each app's host: whoever can write there can replace the app's package, so sharing one would
// hand the rights of the one app to the other (docs/decisions/0045).
metadata description = 'The storage account that one app\'s host works on: its package, locks, keys, and its durable state where no scheduler is used.'

import { builtInRoles } from '../shared/roles.bicep'

param location string
param tags object
param name string
param redundancy 'Standard_LRS' | 'Standard_ZRS'
param principalId string
param workspaceId string

@description('Whether durable state lives here too: then the app needs queues and tables.')
param holdsDurableState bool

@description('Whether the account is reached through private endpoints only.')
param isPrivate bool

@description('A further container for what only this app may reach; empty: none.')
param ownContainer string = ''

var packageContainerName = 'app-package'
var containerNames = empty(ownContainer) ? [packageContainerName] : [packageContainerName, ownContainer]
var durableRoles = holdsDurableState
  ? [builtInRoles.storageQueueDataContributor, builtInRoles.storageTableDataContributor]
  : []

resource account 'Microsoft.Storage/storageAccounts@2025-08-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    isLocalUserEnabled: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: { defaultAction: isPrivate ? 'Deny' : 'Allow', bypass: 'None' }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: { enabled: true, days: 14 }
      containerDeleteRetentionPolicy: { enabled: true, days: 14 }
    }

    resource containers 'containers' = [
      for container in containerNames: {
        name: container
        properties: { publicAccess: 'None' }
      }
    ]
  }

  resource queues 'queueServices' = {
    name: 'default'
  }

  resource tables 'tableServices' = {
    name: 'default'
  }
}

resource roles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [builtInRoles.storageBlobDataOwner, ...durableRoles]: {
    name: guid(account.id, name, role)
    scope: account
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource blobDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: account::blobs
  properties: {
    workspaceId: workspaceId
    // Reads are left out: the host polls its locks all day long.
    logs: [
      { category: 'StorageWrite', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
  }
}

resource queueDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: account::queues
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

resource tableDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: account::tables
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

@description('The account.')
output id string = account.id

@description('Where the app\'s package is.')
output packageUrl string = '${account.properties.primaryEndpoints.blob}${packageContainerName}'

@description('The services\' addresses.')
output endpoints { blob: string, queue: string, table: string } = {
  blob: account.properties.primaryEndpoints.blob
  queue: account.properties.primaryEndpoints.queue
  table: account.properties.primaryEndpoints.table
}
