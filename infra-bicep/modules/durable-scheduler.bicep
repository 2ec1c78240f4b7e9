// The scheduler knows identities only: there is no key to lose.
metadata description = 'The Durable Task Scheduler with a task hub per app, and who may use which.'

import { namesType, schedulerType, principalsType } from '../shared/types.bicep'
import { builtInRoles } from '../shared/roles.bicep'

param location string
param tags object
param names namesType
param scheduler schedulerType
param principals principalsType

@description('The group of the people who run this; empty: nobody.')
param operatorsGroupId string
param workspaceId string

@description('Whether the scheduler is reached through private endpoints only.')
param isPrivate bool

var contributor = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  builtInRoles.durableTaskDataContributor
)

resource service 'Microsoft.DurableTask/schedulers@2026-02-01' = {
  name: names.scheduler
  location: location
  tags: tags
  properties: {
    sku: scheduler.sku == 'Dedicated'
      ? { name: scheduler.sku, capacity: scheduler.?capacity ?? 1 }
      : { name: scheduler.sku }
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    // An empty list lets nobody in from the public network; the other one lets every address try to prove its identity.
    ipAllowlist: isPrivate ? [] : ['0.0.0.0/0']
  }

  resource backupHub 'taskHubs' = {
    name: 'backup'
  }

  resource maintenanceHub 'taskHubs' = {
    name: 'maintenance'
  }

  // The app purges its own histories after 30 days; this is for what it left.
  resource retention 'retentionPolicies' = {
    name: 'default'
    properties: {
      retentionPolicies: [{ retentionPeriodInDays: scheduler.historyDays }]
    }
  }
}

// Each app to its own hub: whoever can start orchestrations in a hub can have the other app's rights used.
resource backupRuns 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(service::backupHub.id, names.backupIdentity, contributor)
  scope: service::backupHub
  properties: { principalId: principals.backup, principalType: 'ServicePrincipal', roleDefinitionId: contributor }
}

resource maintenanceRuns 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(service::maintenanceHub.id, names.maintenanceIdentity, contributor)
  scope: service::maintenanceHub
  properties: { principalId: principals.maintenance, principalType: 'ServicePrincipal', roleDefinitionId: contributor }
}

// The dashboard shows histories; it asks for the same role.
resource operatorsLook 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorsGroupId)) {
  name: guid(service.id, operatorsGroupId, contributor)
  scope: service
  properties: { principalId: operatorsGroupId, principalType: 'Group', roleDefinitionId: contributor }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: service
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('The scheduler.')
output id string = service.id

@description('Where apps reach it.')
output endpoint string = service.properties.endpoint

@description('The hubs\' names.')
output hubs { backup: string, maintenance: string } = {
  backup: service::backupHub.name
  maintenance: service::maintenanceHub.name
}

@description('Where the orchestration history is shown, per hub.')
output dashboards { backup: string, maintenance: string } = {
  backup: service::backupHub.properties.dashboardUrl
  maintenance: service::maintenanceHub.properties.dashboardUrl
}
