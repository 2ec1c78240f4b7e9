metadata description = 'A monthly budget of the resource group: told at 80 % and when it is forecast to be exceeded.'

import { namesType, budgetType } from '../shared/types.bicep'

param names namesType
param budget budgetType
param emails string[]

resource monthly 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: names.budget
  properties: {
    category: 'Cost'
    amount: budget.amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: budget.startDate }
    notifications: {
      spent: { enabled: true, operator: 'GreaterThan', threshold: 80, thresholdType: 'Actual', contactEmails: emails }
      forecast: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: emails
      }
    }
  }
}
