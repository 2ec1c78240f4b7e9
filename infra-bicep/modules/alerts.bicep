metadata description = 'Who is told, and of what: of runs by the application\'s own events, of the account and the vault by their logs.'

import { namesType, alertsType, principalsType } from '../shared/types.bicep'
import { eventQuery, storeQuery } from '../shared/events.bicep'

param location string
param tags object
param names namesType
param alerts alertsType
param principals principalsType
param workspaceId string
param backupStorageId string
param vaultId string

// Windows are longer than the time that logs take to arrive; an alert that is on is not raised again.
var rules = [
  {
    name: 'no-success'
    title: 'No complete backup in one and a half intervals'
    description: 'The newest complete backup is older than 1.5 times the interval of the schedules, or there is none. Look at GET /api/v1/runs.'
    severity: 1
    query: eventQuery(loadTextContent('../queries/no-success.kql'), {})
    window: 'PT2H'
    every: 'PT30M'
    operator: 'GreaterThan'
    rows: 0
  }
  {
    name: 'silent'
    title: 'The backup app gives no sign of life'
    description: 'The app says every hour how old the newest backup is, and has not. Look whether it runs, opens its store, and sends telemetry.'
    severity: 1
    query: eventQuery(loadTextContent('../queries/silent.kql'), {})
    window: 'PT${alerts.silentAfterHours}H'
    every: 'PT1H'
    operator: 'Equals'
    rows: 0
  }
  {
    name: 'failed'
    title: 'A run failed'
    description: 'A backup, restore, verification or copy failed. Its record says what to do: GET /api/v1/runs/{id}.'
    severity: 1
    query: eventQuery(loadTextContent('../queries/runs-ended.kql'), { state: 'Failed' })
    window: 'PT1H'
    every: 'PT15M'
    operator: 'GreaterThan'
    rows: 0
  }
  {
    name: 'partial'
    title: 'A run is partial'
    description: 'Something is missing in a backup, so that it does not count, or was not restored. Its record says what.'
    severity: 2
    query: eventQuery(loadTextContent('../queries/runs-ended.kql'), { state: 'Partial' })
    window: 'PT1H'
    every: 'PT15M'
    operator: 'GreaterThan'
    rows: 0
  }
  {
    name: 'refused'
    title: 'A retention was refused'
    description: 'Nothing is pruned until somebody looks: a record without proof, a manifest that vanished or changed, an unusual share, or a clock that jumped. The run says which: qdrant-backup runs.'
    severity: 1
    query: eventQuery(loadTextContent('../queries/runs-ended.kql'), { state: 'Refused' })
    window: 'PT1H'
    every: 'PT15M'
    operator: 'GreaterThan'
    rows: 0
  }
  {
    name: 'missed'
    title: 'A due time was missed'
    description: 'A due time passed while nothing ticked; a later run made it up.'
    severity: 2
    query: eventQuery(loadTextContent('../queries/missed.kql'), {})
    window: 'PT1H'
    every: 'PT15M'
    operator: 'GreaterThan'
    rows: 0
  }
  {
    name: 'damaged'
    title: 'Damage was found in the store'
    description: 'A manifest or chunks do not open. Keep what there is: suspend the maintenance app, then verify, then look for undamaged versions.'
    severity: 0
    query: eventQuery(loadTextContent('../queries/damaged.kql'), {})
    window: 'PT1H'
    every: 'PT15M'
    operator: 'GreaterThan'
    rows: 0
  }
  {
    name: 'suspect'
    title: 'A backup is suspect and counts for nothing'
    description: 'It holds no collection, or shares none with the last whole one: wrong server, or an empty volume? Look at it with qdrant-backup show, then confirm or delete it.'
    severity: 1
    query: eventQuery(loadTextContent('../queries/suspect.kql'), {})
    window: 'PT1H'
    every: 'PT30M'
    operator: 'GreaterThan'
    rows: 0
  }
  {
    name: 'step-fails'
    title: 'A step of the tick fails, or a key or a snapshot needs attention'
    description: 'The app cannot do one of its regular tasks, a recipient no longer opens the store, or a run left something on a node. GET /health and GET /api/v1/backup/status say which and what to do.'
    severity: 1
    query: eventQuery(loadTextContent('../queries/step-fails.kql'), {})
    window: 'PT1H'
    every: 'PT30M'
    operator: 'GreaterThan'
    rows: 0
  }
  {
    name: 'rehearsal-due'
    title: 'No restore was rehearsed for too long'
    description: 'A backup that was never restored is a hope. Restore a collection beside itself: qdrant-backup restore --latest --collection NAME --suffix -rehearsal.'
    severity: 3
    query: eventQuery(loadTextContent('../queries/rehearsal-due.kql'), { days: string(alerts.rehearseEveryDays) })
    window: 'P2D'
    every: 'P1D'
    operator: 'GreaterThan'
    rows: 0
  }
  {
    name: 'foreign-deletions'
    title: 'Somebody deletes in the backup account'
    description: 'Somebody other than the maintenance app deletes, undeletes or tags, or tries to. What was deleted can be undeleted.'
    severity: 0
    query: storeQuery(loadTextContent('../queries/foreign-deletions.kql'), names.backupStorage, principals.maintenance)
    window: 'PT1H'
    every: 'PT5M'
    operator: 'GreaterThan'
    rows: 0
  }
  {
    name: 'many-deletions'
    title: 'The maintenance app deletes unusually much'
    description: 'More deletions in a day than are usual. If no retention was changed: disable the maintenance identity and look who uses it.'
    severity: 1
    query: storeQuery(loadTextContent('../queries/many-deletions.kql'), names.backupStorage, principals.maintenance)
    window: 'P1D'
    every: 'PT1H'
    operator: 'GreaterThan'
    rows: alerts.deletionsPerDay
  }
]

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: names.actionGroup
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'qdrantbackup'
    enabled: true
    emailReceivers: [
      for (email, i) in alerts.emails: { name: 'email-${i}', emailAddress: email, useCommonAlertSchema: true }
    ]
  }
}

module queries 'query-alert.bicep' = [
  for rule in rules: {
    params: {
      location: location
      tags: tags
      namePrefix: names.actionGroup
      workspaceId: workspaceId
      actionGroupId: actionGroup.id
      rule: rule
    }
  }
]

resource capacity 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${names.actionGroup}-capacity'
  location: 'global'
  tags: tags
  properties: {
    description: 'The backup account holds more than was planned. Look at growth per collection and at retention.'
    severity: 3
    enabled: true
    scopes: [backupStorageId]
    evaluationFrequency: 'PT1H'
    windowSize: 'PT6H'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'used'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.Storage/storageAccounts'
          metricName: 'UsedCapacity'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: alerts.capacityBytes
        }
      ]
    }
    actions: [{ actionGroupId: actionGroup.id }]
  }
}

// Not what is in the account and the vault, but what protects it.
var guardedOperations = [
  'Microsoft.Storage/storageAccounts/delete'
  'Microsoft.Storage/storageAccounts/write'
  'Microsoft.Storage/storageAccounts/blobServices/write'
  'Microsoft.Storage/storageAccounts/blobServices/containers/delete'
  'Microsoft.Storage/storageAccounts/managementPolicies/write'
  'Microsoft.Storage/storageAccounts/managementPolicies/delete'
  'Microsoft.KeyVault/vaults/delete'
  'Microsoft.Authorization/roleAssignments/write'
  'Microsoft.Authorization/roleAssignments/delete'
  'Microsoft.Insights/diagnosticSettings/delete'
]

resource guards 'Microsoft.Insights/activityLogAlerts@2020-10-01' = {
  name: '${names.actionGroup}-guards'
  location: 'global'
  tags: tags
  properties: {
    description: 'Somebody changes what protects the backups: the account, its rules, the vault, who may do what. A deployment does too.'
    enabled: true
    scopes: [resourceGroup().id]
    condition: {
      allOf: [
        { field: 'category', equals: 'Administrative' }
        { anyOf: map(guardedOperations, operation => { field: 'operationName', equals: operation }) }
      ]
    }
    actions: { actionGroups: [{ actionGroupId: actionGroup.id }] }
  }
}

resource vaultEvents 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: names.vaultEvents
  location: location
  tags: tags
  properties: { source: vaultId, topicType: 'Microsoft.KeyVault.vaults' }

  resource expiring 'eventSubscriptions' = {
    name: 'expiring'
    properties: {
      eventDeliverySchema: 'CloudEventSchemaV1_0'
      filter: {
        includedEventTypes: [
          'Microsoft.KeyVault.KeyNearExpiry'
          'Microsoft.KeyVault.KeyExpired'
          'Microsoft.KeyVault.SecretNearExpiry'
          'Microsoft.KeyVault.SecretExpired'
        ]
      }
      destination: {
        endpointType: 'MonitorAlert'
        properties: {
          severity: 'Sev2'
          description: 'A key or secret of the backups\' vault expires. An expired key still unwraps; a new version is made by its rotation policy and taken by `qdrant-backup key rewrap`.'
          actionGroups: [actionGroup.id]
        }
      }
    }
  }
}

resource vaultEventsDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vaultEvents
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}
