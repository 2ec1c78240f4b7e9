metadata description = 'The workbook of the runs: what ended how, how old the newest backup is, what was read and stored, what was deleted.'

import { namesType, principalsType } from '../shared/types.bicep'
import { eventQuery, storeQuery } from '../shared/events.bicep'

param location string
param tags object
param names namesType
param principals principalsType
param workspaceId string

var panels = [
  {
    title: 'Age of the newest complete backup, and the interval of the schedules (hours)'
    query: eventQuery(loadTextContent('../queries/workbook-age.kql'), {})
    chart: 'timechart'
  }
  {
    title: 'Runs by kind and state'
    query: eventQuery(loadTextContent('../queries/workbook-states.kql'), {})
    chart: 'table'
  }
  {
    title: 'Runs, newest first'
    query: eventQuery(loadTextContent('../queries/workbook-runs.kql'), {})
    chart: 'table'
  }
  {
    title: 'Bytes read from Qdrant and newly stored, by day'
    query: eventQuery(loadTextContent('../queries/workbook-bytes.kql'), {})
    chart: 'barchart'
  }
  {
    title: 'Deletions in the backup account, by day and by whom'
    query: storeQuery(loadTextContent('../queries/workbook-deletions.kql'), names.backupStorage, principals.maintenance)
    chart: 'barchart'
  }
  {
    title: 'Warnings and errors of the apps'
    query: eventQuery(loadTextContent('../queries/workbook-steps.kql'), {})
    chart: 'table'
  }
]

var timeRange = {
  type: 9
  content: {
    version: 'KqlParameterItem/1.0'
    parameters: [
      {
        id: guid(names.actionGroup, 'time-range')
        version: 'KqlParameterItem/1.0'
        name: 'TimeRange'
        label: 'Time range'
        type: 4
        isRequired: true
        value: { durationMs: 2592000000 }
        typeSettings: {
          selectableValues: [
            { durationMs: 86400000 }
            { durationMs: 604800000 }
            { durationMs: 2592000000 }
            { durationMs: 7776000000 }
          ]
        }
      }
    ]
    style: 'pills'
    queryType: 0
    resourceType: 'microsoft.operationalinsights/workspaces'
  }
  name: 'time-range'
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, names.workspace, 'runs')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Qdrant backups: runs'
    category: 'workbook'
    sourceId: workspaceId
    version: 'Notebook/1.0'
    serializedData: string({
      version: 'Notebook/1.0'
      items: [
        timeRange
        ...map(range(0, length(panels)), i => {
          type: 3
          content: {
            version: 'KqlItem/1.0'
            query: panels[i].query
            size: 0
            title: panels[i].title
            timeContextFromParameter: 'TimeRange'
            queryType: 0
            resourceType: 'microsoft.operationalinsights/workspaces'
            crossComponentResources: [workspaceId]
            visualization: panels[i].chart
          }
          name: 'panel-${i}'
        })
      ]
      fallbackResourceIds: [workspaceId]
    })
  }
}
