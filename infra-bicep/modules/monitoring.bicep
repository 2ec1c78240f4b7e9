metadata description = 'The workspace that every log goes to, and Application Insights on it.'

import { namesType } from '../shared/types.bicep'
import { builtInRoles } from '../shared/roles.bicep'

param location string
param tags object
param names namesType

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int

@description('The apps\' principals, which may send telemetry.')
param senders string[]

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: names.workspace
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

resource appInsights 'Microsoft.Insights/components@2020-02-02' = {
  name: names.appInsights
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    // Telemetry is what alerts are made of: only the apps' identities may send any. The connection string is then an address, no secret.
    DisableLocalAuth: true
  }
}

resource publishing 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (sender, i) in senders: {
    name: guid(appInsights.id, string(i), builtInRoles.monitoringMetricsPublisher)
    scope: appInsights
    properties: {
      principalId: sender
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        builtInRoles.monitoringMetricsPublisher
      )
    }
  }
]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: workspace
  properties: {
    workspaceId: workspace.id
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}

@description('The workspace.')
output workspaceId string = workspace.id

@description('Where telemetry is sent.')
output connectionString string = appInsights.properties.ConnectionString
