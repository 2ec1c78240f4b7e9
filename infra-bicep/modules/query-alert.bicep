metadata description = 'One alert on what a query finds in the workspace.'

@export()
type ruleType = {
  name: string
  title: string
  description: string
  @minValue(0)
  @maxValue(4)
  severity: int
  query: string
  @description('How far back a query looks, ISO 8601, at most two days.')
  window: string
  @description('How often it is asked, ISO 8601.')
  every: string
  @description('When so many rows are found.')
  operator: 'GreaterThan' | 'Equals'
  rows: int
}

param location string
param tags object
param namePrefix string
param workspaceId string
param actionGroupId string
param rule ruleType

resource alert 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: '${namePrefix}-${rule.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: rule.title
    description: rule.description
    severity: rule.severity
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: rule.every
    windowSize: rule.window
    autoMitigate: true
    // Tables appear with their first row, so a query cannot be tried before the first run.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: rule.query
          timeAggregation: 'Count'
          operator: rule.operator
          threshold: rule.rows
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: [actionGroupId] }
  }
}
