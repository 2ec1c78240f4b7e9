metadata description = 'The vault: the key that wraps the store\'s key, and the secrets that app settings refer to. No secret passes through a template.'

import { namesType, storeKeyType, principalsType } from '../shared/types.bicep'
import { builtInRoles } from '../shared/roles.bicep'

param location string
param tags object
param names namesType
param storeKey storeKeyType
param principals principalsType

@description('The group of the people who run this; empty: nobody.')
param operatorsGroupId string
param workspaceId string

@description('Whether the vault is reached through private endpoints only.')
param isPrivate bool

var keyReader = 'Microsoft.KeyVault/vaults/keys/read'
var keyUnwrap = 'Microsoft.KeyVault/vaults/keys/unwrap/action'
var keyWrap = 'Microsoft.KeyVault/vaults/keys/wrap/action'

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: names.vault
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: storeKey.sku }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // Losing the key loses every backup: not even the subscription's owner can hurry its end.
    enablePurgeProtection: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: { defaultAction: isPrivate ? 'Deny' : 'Allow', bypass: 'None' }
  }
}

resource key 'Microsoft.KeyVault/vaults/keys@2025-05-01' = {
  parent: vault
  name: names.storeKey
  tags: tags
  properties: {
    kty: storeKey.sku == 'premium' ? 'RSA-HSM' : 'RSA'
    keySize: storeKey.size
    keyOps: ['wrapKey', 'unwrapKey']
    attributes: { enabled: true, exportable: false }
    rotationPolicy: {
      attributes: { expiryTime: storeKey.expireAfter }
      lifetimeActions: [
        { action: { type: 'rotate' }, trigger: { timeAfterCreate: storeKey.rotateAfter } }
        { action: { type: 'notify' }, trigger: { timeBeforeExpiry: storeKey.notifyBefore } }
      ]
    }
  }
}

resource opener 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'store-key-opener')
  properties: {
    roleName: 'Qdrant backup store key opener (${resourceGroup().name})'
    description: 'Unwraps a store\'s key. Does not wrap, change, delete or export it.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [{ actions: [], notActions: [], dataActions: [keyReader, keyUnwrap], notDataActions: [] }]
  }
}

resource sealer 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'store-key-sealer')
  properties: {
    roleName: 'Qdrant backup store key sealer (${resourceGroup().name})'
    description: 'Wraps and unwraps a store\'s key: for `key init` and `key rewrap`.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [{ actions: [], notActions: [], dataActions: [keyReader, keyUnwrap, keyWrap], notDataActions: [] }]
  }
}

resource backupOpens 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(key.id, names.backupIdentity, opener.id)
  scope: key
  properties: { principalId: principals.backup, principalType: 'ServicePrincipal', roleDefinitionId: opener.id }
}

resource maintenanceOpens 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(key.id, names.maintenanceIdentity, opener.id)
  scope: key
  properties: { principalId: principals.maintenance, principalType: 'ServicePrincipal', roleDefinitionId: opener.id }
}

resource operatorsSeal 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorsGroupId)) {
  name: guid(key.id, operatorsGroupId, sealer.id)
  scope: key
  properties: { principalId: operatorsGroupId, principalType: 'Group', roleDefinitionId: sealer.id }
}

resource operatorsWriteSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorsGroupId)) {
  name: guid(vault.id, operatorsGroupId, builtInRoles.keyVaultSecretsOfficer)
  scope: vault
  properties: {
    principalId: operatorsGroupId
    principalType: 'Group'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      builtInRoles.keyVaultSecretsOfficer
    )
  }
}

// On the vault rather than on each secret: operators write the secrets after the vault is made, and a secret that is not there yet
// takes no role. So each app could read the other's secrets; neither can list, write or delete any.
resource appsReadSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for app in [
    { identity: names.backupIdentity, principalId: principals.backup }
    { identity: names.maintenanceIdentity, principalId: principals.maintenance }
  ]: {
    name: guid(vault.id, app.identity, builtInRoles.keyVaultSecretsUser)
    scope: vault
    properties: {
      principalId: app.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        builtInRoles.keyVaultSecretsUser
      )
    }
  }
]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('The vault.')
output id string = vault.id
