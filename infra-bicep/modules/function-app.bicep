// One package, deployed twice: what an app does is said by its settings, what it may do by its identity.
metadata description = 'A Flex Consumption plan and the one function app on it.'

import { appSizeType } from '../shared/types.bicep'

param location string
param tags object
param name string
param planName string
param identity { id: string, clientId: string }
param size appSizeType
param hostStorage { packageUrl: string, endpoints: { blob: string, queue: string, table: string } }
param workspaceId string
param appInsightsConnectionString string

@description('The application\'s own settings, and those of its durable state.')
param settings object

@description('The subnet that the app\'s way out goes through; null: the public network.')
param subnetId string?

@description('Whether the HTTP API can be reached from the public network.')
param isPublic bool

@description('Whether instances are spread over zones.')
param zoneRedundant bool

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: { reserved: true, zoneRedundant: zoneRedundant }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
    virtualNetworkSubnetId: subnetId
    keyVaultReferenceIdentity: identity.id
    functionAppConfig: {
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: hostStorage.packageUrl
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: size.instanceMemoryMB
        maximumInstanceCount: size.maximumInstanceCount
        alwaysReady: size.alwaysReadyInstances == 0
          ? []
          : [{ name: 'durable', instanceCount: size.alwaysReadyInstances }]
        triggers: { http: { perInstanceConcurrency: size.httpConcurrency } }
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      remoteDebuggingEnabled: false
    }
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: {
      AzureWebJobsStorage__blobServiceUri: hostStorage.endpoints.blob
      AzureWebJobsStorage__queueServiceUri: hostStorage.endpoints.queue
      AzureWebJobsStorage__tableServiceUri: hostStorage.endpoints.table
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identity.clientId
      APPLICATIONINSIGHTS_CONNECTION_STRING: appInsightsConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${identity.clientId}'
      // Which identity the app itself uses, towards the store and the vault.
      AZURE_CLIENT_ID: identity.clientId
      ...settings
    }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: app
  properties: {
    workspaceId: workspaceId
    // What functions log goes to Application Insights; sent here too it would be paid twice.
    logs: [{ category: 'AppServiceAuthenticationLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource planDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: plan
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('The app.')
output id string = app.id

@description('Where its HTTP API is.')
output url string = 'https://${app.properties.defaultHostName}'
