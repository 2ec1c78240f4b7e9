using 'main.bicep'

// Small and cheap: one copy, public endpoints that only identities open, no instance kept running.
param environmentName = 'dev'
param clusterName = 'dev'
param qdrant = {
  url: 'https://qdrant.example.com:6333'
  apiKeySecret: 'qdrant-api-key'
}
param apiKeys = [
  { name: 'developer', scopes: 'admin', sha256Secret: 'api-key-developer-sha256' }
]
param backupRedundancy = 'Standard_LRS'
param lifecycle = { softDeleteDays: 14, previousVersionDays: 14, runRecordDays: 90, changeFeedDays: 14 }
param logRetentionDays = 30
param alerts = {
  emails: ['developers@example.com']
  silentAfterHours: 6
  rehearseEveryDays: 90
  capacityBytes: 50000000000
  deletionsPerDay: 20000
}
