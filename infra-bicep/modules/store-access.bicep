// Who may do what to a store. The split is what stands between a stolen backup identity and the backups:
//
//                        read   create   overwrite   delete   tag   versions, permanent delete
//   backup               yes    yes      yes         no       no    no
//   maintenance          yes    yes      yes         yes      yes   no
//   operators            yes    yes      yes         no       no    no
//
// Overwriting and deleting keep the previous version until it is lifecycle.previousVersionDays old, counted from when it was written, and then
// softDeleteDays more: so an old blob is kept for softDeleteDays. Nobody here can shorten that. `blobs/write` is what both creating and overwriting need.
metadata description = 'Roles of least privilege on the store\'s container, and who has them.'

import { namesType, principalsType } from '../shared/types.bicep'

param names namesType
param principals principalsType

@description('The group of the people who run this; empty: nobody.')
param operatorsGroupId string

var containerActions = ['Microsoft.Storage/storageAccounts/blobServices/containers/read']
var writerActions = [
  'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'
  'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write'
]
var maintainerActions = [
  ...writerActions
  'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete'
  'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags/read'
  'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags/write'
]

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-08-01' existing = {
  name: '${names.backupStorage}/default/${names.backupContainer}'
}

resource writer 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'store-writer')
  properties: {
    roleName: 'Qdrant backup store writer (${resourceGroup().name})'
    description: 'Reads, creates and overwrites blobs of a backup store. Neither deletes nor tags.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [{ actions: containerActions, notActions: [], dataActions: writerActions, notDataActions: [] }]
  }
}

resource maintainer 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'store-maintainer')
  properties: {
    roleName: 'Qdrant backup store maintainer (${resourceGroup().name})'
    description: 'Reads, creates, overwrites, deletes and tags blobs of a backup store. Touches no version and purges nothing.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [{ actions: containerActions, notActions: [], dataActions: maintainerActions, notDataActions: [] }]
  }
}

resource backupWrites 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(container.id, names.backupIdentity, writer.id)
  scope: container
  properties: {
    principalId: principals.backup
    principalType: 'ServicePrincipal'
    roleDefinitionId: writer.id
  }
}

resource maintenanceMaintains 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(container.id, names.maintenanceIdentity, maintainer.id)
  scope: container
  properties: {
    principalId: principals.maintenance
    principalType: 'ServicePrincipal'
    roleDefinitionId: maintainer.id
  }
}

resource operatorsWrite 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorsGroupId)) {
  name: guid(container.id, operatorsGroupId, writer.id)
  scope: container
  properties: {
    principalId: operatorsGroupId
    principalType: 'Group'
    roleDefinitionId: writer.id
  }
}
