// Everything in one resource group: two function apps of one package, the store, its key, who may do what, and who is told of what.
// README.md beside this file says how it is deployed and what is not proven.
targetScope = 'resourceGroup'

metadata description = 'QdrantBackupFunctions on Azure.'

import {
  alertsType
  apiKeyType
  appSizeType
  budgetType
  cloudType
  immutabilityType
  lifecycleType
  namesType
  networkType
  qdrantType
  retentionType
  schedulerType
  schedulesType
  storeKeyType
  storePinType
  tieringType
} from 'shared/types.bicep'
import { defaultNames } from 'shared/names.bicep'
import {
  apiKeySettings
  durableSettings
  qdrantSettings
  retentionSettings
  scheduleSettings
  storeSettings
} from 'shared/settings.bicep'

@description('Stands in every name: dev, prod.')
@minLength(2)
@maxLength(6)
param environmentName string

@description('Where everything is, unless said otherwise.')
param location string = resourceGroup().location

@description('Where the Durable Task Scheduler is; it is not offered in every region.')
param schedulerLocation string = location

@description('The names of all resources.')
param names namesType = defaultNames('qbk', environmentName, uniqueString(resourceGroup().id))

@description('What names end with in this cloud.')
param cloud cloudType = {
  storageSuffix: environment().suffixes.storage
  vaultSuffix: environment().suffixes.keyvaultDns
}

@description('Tags of all resources.')
param tags object = { application: 'qdrant-backup', environment: environmentName }

@description('The cluster that is backed up: 1 to 40 lower-case letters, digits and dashes.')
@minLength(1)
@maxLength(40)
param clusterName string

@description('Where Qdrant is.')
param qdrant qdrantType

@description('Who may call the HTTP API; without at least one key the apps refuse to start.')
@minLength(1)
param apiKeys apiKeyType[]

@description('When backups are due.')
param schedules schedulesType = { timeZone: 'UTC', cron: { daily: '0 2 * * *', weekly: '0 1 * * 0' } }

@description('How much is kept.')
param retention retentionType = { daily: 7, weekly: 4, monthly: 12, keepWithin: '30d' }

@description('The pins that `qdrant-backup key init` printed. Left out until then: the apps warn of it at every start.')
param storePin storePinType?

@description('Further settings of the application, by their keys with __ between the parts, e.g. { MaxParallelParts: \'2\' } (docs/configuration.md).')
param options { *: string } = {}

@description('How often the one timer looks what is due: NCRONTAB with seconds, UTC.')
param tick string = '0 */5 * * * *'

@description('What each app gets of the platform.')
param appSize appSizeType = {
  instanceMemoryMB: 2048
  maximumInstanceCount: 40
  alwaysReadyInstances: 0
  httpConcurrency: 16
}

@description('Redundancy of the backup account.')
param backupRedundancy 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS' | 'Standard_RAGZRS' = 'Standard_ZRS'

@description('Redundancy of the accounts that the hosts work on.')
param hostRedundancy 'Standard_LRS' | 'Standard_ZRS' = 'Standard_LRS'

@description('Whether the apps\' instances are spread over zones.')
param zoneRedundantApps bool = false

@description('Days after which things go.')
param lifecycle lifecycleType = { softDeleteDays: 60, previousVersionDays: 30, runRecordDays: 400, changeFeedDays: 90 }

@description('Tiering of chunks by age; left out: none.')
param tiering tieringType?

@description('Immutability of every version in the backup account; left out: none.')
param immutability immutabilityType?

@description('The store\'s key-encryption key.')
param storeKey storeKeyType = {
  sku: 'standard'
  size: 4096
  rotateAfter: 'P1Y'
  expireAfter: 'P2Y'
  notifyBefore: 'P60D'
}

@description('Where durable state is.')
param durableBackend 'DurableTaskScheduler' | 'AzureStorage' = 'DurableTaskScheduler'

@description('The Durable Task Scheduler, where that is used.')
param scheduler schedulerType = { sku: 'Consumption', historyDays: 60 }

@description('A virtual network with private endpoints; left out: public endpoints, where identities alone open anything.')
param network networkType?

@description('The object id of the group of the people who run this: they write secrets, make and rewrap the store\'s key, write to the store and see the dashboard. Empty: nobody.')
param operatorsGroupId string = ''

@description('Days that logs are kept.')
param logRetentionDays int = 90

@description('When somebody is told, and who.')
param alerts alertsType

@description('A monthly budget; left out: none.')
param budget budgetType?

// What maintenance remembers, and its own key: in the account of its host, which the backup app cannot reach.
var memoryContainer = 'maintenance'
var isPrivate = network != null
var usesScheduler = durableBackend == 'DurableTaskScheduler'
var principals = {
  backup: identities.outputs.backup.principalId
  maintenance: identities.outputs.maintenance.principalId
}
var commonSettings = {
  BACKUP_TICK: tick
  ...storeSettings(names, clusterName, cloud, storePin)
  ...apiKeySettings(names.vault, apiKeys)
  ...retentionSettings(retention)
  ...scheduleSettings(schedules)
  ...toObject(items(options), option => 'Backup__${option.key}', option => option.value)
}
var hostServices = [
  { name: names.backupHostStorage, id: backupHost.outputs.id }
  { name: names.maintenanceHostStorage, id: maintenanceHost.outputs.id }
]
var hostKinds = usesScheduler ? ['blob'] : ['blob', 'queue', 'table']

module identities 'modules/identities.bicep' = {
  params: { location: location, tags: tags, names: names }
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    location: location
    tags: tags
    names: names
    retentionDays: logRetentionDays
    senders: [principals.backup, principals.maintenance]
  }
}

module backupHost 'modules/host-storage.bicep' = {
  params: {
    location: location
    tags: tags
    name: names.backupHostStorage
    redundancy: hostRedundancy
    principalId: principals.backup
    holdsDurableState: !usesScheduler
    isPrivate: isPrivate
    workspaceId: monitoring.outputs.workspaceId
  }
}

module maintenanceHost 'modules/host-storage.bicep' = {
  params: {
    location: location
    tags: tags
    name: names.maintenanceHostStorage
    redundancy: hostRedundancy
    principalId: principals.maintenance
    holdsDurableState: !usesScheduler
    ownContainer: memoryContainer
    isPrivate: isPrivate
    workspaceId: monitoring.outputs.workspaceId
  }
}

module store 'modules/backup-storage.bicep' = {
  params: {
    location: location
    tags: tags
    names: names
    redundancy: backupRedundancy
    lifecycle: lifecycle
    tiering: tiering
    immutability: immutability
    isPrivate: isPrivate
    workspaceId: monitoring.outputs.workspaceId
  }
}

module storeAccess 'modules/store-access.bicep' = {
  params: { names: names, principals: principals, operatorsGroupId: operatorsGroupId }
  dependsOn: [store]
}

module vault 'modules/key-vault.bicep' = {
  params: {
    location: location
    tags: tags
    names: names
    storeKey: storeKey
    principals: principals
    operatorsGroupId: operatorsGroupId
    isPrivate: isPrivate
    workspaceId: monitoring.outputs.workspaceId
  }
}

module durable 'modules/durable-scheduler.bicep' = if (usesScheduler) {
  params: {
    location: schedulerLocation
    tags: tags
    names: names
    scheduler: scheduler
    principals: principals
    operatorsGroupId: operatorsGroupId
    isPrivate: isPrivate
    workspaceId: monitoring.outputs.workspaceId
  }
}

module ownNetwork 'modules/network.bicep' = if (isPrivate) {
  params: {
    location: location
    tags: tags
    names: names
    network: network!
    workspaceId: monitoring.outputs.workspaceId
  }
}

module servicesInNetwork 'modules/private-endpoints.bicep' = if (isPrivate) {
  params: {
    location: location
    tags: tags
    virtualNetworkId: ownNetwork!.outputs.id
    subnetId: ownNetwork!.outputs.endpointsSubnetId
    services: [
      ...flatten(map(
        hostServices,
        host =>
          map(hostKinds, kind => {
            name: '${host.name}-${kind}'
            resourceId: host.id
            group: kind
            zone: 'privatelink.${kind}.${cloud.storageSuffix}'
          })
      ))
      {
        name: names.backupStorage
        resourceId: store.outputs.id
        group: 'blob'
        zone: 'privatelink.blob.${cloud.storageSuffix}'
      }
      {
        name: names.vault
        resourceId: vault.outputs.id
        group: 'vault'
        zone: 'privatelink${replace(cloud.vaultSuffix, '.vault.', '.vaultcore.')}'
      }
      ...(usesScheduler
        ? [
            {
              name: names.scheduler
              resourceId: durable!.outputs.id
              group: 'scheduler'
              zone: 'privatelink.durabletask.io'
            }
          ]
        : [])
    ]
  }
}

// After everything that an app needs to start: its roles, and the ways to what it uses.
module backupApp 'modules/function-app.bicep' = {
  params: {
    location: location
    tags: tags
    name: names.backupApp
    planName: names.backupPlan
    identity: identities.outputs.backup
    size: appSize
    hostStorage: { packageUrl: backupHost.outputs.packageUrl, endpoints: backupHost.outputs.endpoints }
    workspaceId: monitoring.outputs.workspaceId
    appInsightsConnectionString: monitoring.outputs.connectionString
    subnetId: ownNetwork.?outputs.appsSubnetId
    isPublic: network.?publicApi ?? true
    zoneRedundant: zoneRedundantApps
    settings: {
      ...commonSettings
      ...qdrantSettings(names.vault, qdrant)
      ...durableSettings('backup', usesScheduler, durable.?outputs.endpoint ?? '', identities.outputs.backup.clientId)
      Backup__Role: 'backup'
    }
  }
  dependsOn: [storeAccess, vault, servicesInNetwork]
}

module maintenanceApp 'modules/function-app.bicep' = {
  params: {
    location: location
    tags: tags
    name: names.maintenanceApp
    planName: names.maintenancePlan
    identity: identities.outputs.maintenance
    size: appSize
    hostStorage: { packageUrl: maintenanceHost.outputs.packageUrl, endpoints: maintenanceHost.outputs.endpoints }
    workspaceId: monitoring.outputs.workspaceId
    appInsightsConnectionString: monitoring.outputs.connectionString
    subnetId: ownNetwork.?outputs.appsSubnetId
    isPublic: network.?publicApi ?? true
    zoneRedundant: zoneRedundantApps
    settings: {
      ...commonSettings
      ...durableSettings(
        'maintenance',
        usesScheduler,
        durable.?outputs.endpoint ?? '',
        identities.outputs.maintenance.clientId
      )
      Backup__Role: 'maintenance'
      Backup__Retention__Memory: 'https://${names.maintenanceHostStorage}.blob.${cloud.storageSuffix}/${memoryContainer}'
    }
  }
  dependsOn: [storeAccess, vault, servicesInNetwork]
}

module appsInNetwork 'modules/private-endpoints.bicep' = if (network != null && !network!.publicApi) {
  params: {
    location: location
    tags: tags
    virtualNetworkId: ownNetwork!.outputs.id
    subnetId: ownNetwork!.outputs.endpointsSubnetId
    services: [
      { name: names.backupApp, resourceId: backupApp.outputs.id, group: 'sites', zone: 'privatelink.azurewebsites.net' }
      {
        name: names.maintenanceApp
        resourceId: maintenanceApp.outputs.id
        group: 'sites'
        zone: 'privatelink.azurewebsites.net'
      }
    ]
  }
}

module alerting 'modules/alerts.bicep' = {
  params: {
    location: location
    tags: tags
    names: names
    alerts: alerts
    principals: principals
    workspaceId: monitoring.outputs.workspaceId
    backupStorageId: store.outputs.id
    vaultId: vault.outputs.id
  }
}

module workbook 'modules/workbook.bicep' = {
  params: {
    location: location
    tags: tags
    names: names
    principals: principals
    workspaceId: monitoring.outputs.workspaceId
  }
}

module spending 'modules/budget.bicep' = if (budget != null) {
  params: { names: names, budget: budget!, emails: alerts.emails }
}

@description('What the apps are called, to publish the package to.')
output apps { backup: string, maintenance: string } = { backup: names.backupApp, maintenance: names.maintenanceApp }

@description('Where the HTTP API of each app is.')
output urls { backup: string, maintenance: string } = {
  backup: backupApp.outputs.url
  maintenance: maintenanceApp.outputs.url
}

@description('What a command line outside Azure needs to open the store: Storage:Remote and Encryption:KeyVaultKey.')
output storeSettings { remote: string, keyVaultKey: string } = {
  remote: commonSettings.Backup__Storage__Remote
  keyVaultKey: commonSettings.Backup__Encryption__KeyVaultKey
}

@description('The vault that secrets are to be written to, and their names.')
output secrets { vault: string, names: string[] } = {
  vault: names.vault
  names: union(map(apiKeys, key => key.sha256Secret), qdrant.?apiKeySecret == null ? [] : [qdrant.apiKeySecret!])
}

@description('The orchestration history of each app; empty where durable state is in Azure Storage.')
output dashboards object = durable.?outputs.dashboards ?? {}
