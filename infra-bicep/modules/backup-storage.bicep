metadata description = 'The storage account that the backups are in, with everything that brings back what was deleted, and the rules that delete.'

import { namesType, lifecycleType, tieringType, immutabilityType } from '../shared/types.bicep'
import { storeLayout } from '../shared/store-layout.bicep'

param location string
param tags object
param names namesType
param redundancy 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS' | 'Standard_RAGZRS'
param lifecycle lifecycleType
param tiering tieringType?
param immutability immutabilityType?
param workspaceId string

@description('Whether the account is reached through private endpoints only.')
param isPrivate bool

var prefix = names.backupContainer

resource account 'Microsoft.Storage/storageAccounts@2025-08-01' = {
  name: names.backupStorage
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowedCopyScope: 'AAD'
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    isLocalUserEnabled: false
    isSftpEnabled: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    // The account's own lifecycle rules come to it as a service of Azure; without this they would stop where there is a network.
    networkAcls: { defaultAction: isPrivate ? 'Deny' : 'Allow', bypass: 'AzureServices' }
    encryption: {
      keySource: 'Microsoft.Storage'
      requireInfrastructureEncryption: true
      services: { blob: { enabled: true } }
    }
    immutableStorageWithVersioning: immutability == null
      ? null
      : {
          enabled: true
          immutabilityPolicy: {
            immutabilityPeriodSinceCreationInDays: immutability!.days
            state: immutability!.locked ? 'Locked' : 'Unlocked'
            allowProtectedAppendWrites: false
          }
        }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      isVersioningEnabled: true
      changeFeed: { enabled: true, retentionInDays: lifecycle.changeFeedDays }
      deleteRetentionPolicy: { enabled: true, days: lifecycle.softDeleteDays, allowPermanentDelete: false }
      containerDeleteRetentionPolicy: { enabled: true, days: lifecycle.softDeleteDays }
    }

    resource container 'containers' = {
      name: names.backupContainer
      properties: { publicAccess: 'None' }
    }
  }
}

// What is sound to delete by age, and nothing else: a chunk is never deleted by a rule, because an old one serves the newest backup
// and a tag on a chunk can hit one that a backup has just written again (docs/format.md).
resource rules 'Microsoft.Storage/storageAccounts/managementPolicies@2025-08-01' = {
  parent: account
  name: 'default'
  dependsOn: [account::blobs]
  properties: {
    policy: {
      rules: [
        {
          name: 'expired-manifests'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['${prefix}/${storeLayout.manifests}']
              blobIndexMatch: [
                { name: storeLayout.expiredTag.name, op: '==', value: storeLayout.expiredTag.value }
              ]
            }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 1 } } }
          }
        }
        {
          name: 'run-records'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['${prefix}/${storeLayout.runs}'] }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: lifecycle.runRecordDays } } }
          }
        }
        {
          name: 'previous-versions'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['${prefix}/'] }
            actions: { version: { delete: { daysAfterCreationGreaterThan: lifecycle.previousVersionDays } } }
          }
        }
        ...(tiering == null
          ? []
          : [
              {
                name: 'chunk-tiers'
                type: 'Lifecycle'
                enabled: true
                definition: {
                  filters: { blobTypes: ['blockBlob'], prefixMatch: ['${prefix}/${storeLayout.chunks}'] }
                  actions: {
                    baseBlob: {
                      tierToCool: { daysAfterModificationGreaterThan: tiering!.coolAfterDays }
                      tierToCold: { daysAfterModificationGreaterThan: tiering!.coldAfterDays }
                    }
                  }
                }
              }
            ])
      ]
    }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: account::blobs
  properties: {
    workspaceId: workspaceId
    // Who deleted and who wrote is evidence. Reads are left out: a verification of a terabyte would log 300,000 of them.
    logs: [
      { category: 'StorageWrite', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

@description('The account.')
output id string = account.id
