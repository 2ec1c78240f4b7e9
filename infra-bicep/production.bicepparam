using 'main.bicep'

// Three copies in three zones and three more in another region, private endpoints, an instance that starts at once.
param environmentName = 'prod'
param clusterName = 'production'
param qdrant = {
  nodes: [
    { url: 'https://qdrant-0.internal.example.com:6333' }
    { url: 'https://qdrant-1.internal.example.com:6333' }
    { url: 'https://qdrant-2.internal.example.com:6333' }
  ]
  apiKeySecret: 'qdrant-api-key'
}
param apiKeys = [
  { name: 'automation', scopes: 'backup', sha256Secret: 'api-key-automation-sha256' }
  { name: 'monitoring', scopes: 'read', sha256Secret: 'api-key-monitoring-sha256' }
  { name: 'on-call', scopes: 'admin', sha256Secret: 'api-key-on-call-sha256' }
]
param schedules = {
  timeZone: 'Europe/Berlin'
  cron: { daily: '0 2 * * *', weekly: '0 1 * * 0' }
}
param backupRedundancy = 'Standard_GZRS'
param hostRedundancy = 'Standard_ZRS'
param zoneRedundantApps = true
param appSize = { instanceMemoryMB: 2048, maximumInstanceCount: 40, alwaysReadyInstances: 1, httpConcurrency: 16 }
param lifecycle = { softDeleteDays: 60, previousVersionDays: 30, runRecordDays: 730, changeFeedDays: 90 }
param storeKey = { sku: 'premium', size: 4096, rotateAfter: 'P1Y', expireAfter: 'P2Y', notifyBefore: 'P60D' }
param network = {
  addressPrefix: '10.60.0.0/23'
  appsPrefix: '10.60.0.0/26'
  endpointsPrefix: '10.60.1.0/26'
  qdrantNetworkId: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/qdrant/providers/Microsoft.Network/virtualNetworks/qdrant'
  publicApi: false
}
param operatorsGroupId = '00000000-0000-0000-0000-000000000000'
param logRetentionDays = 365
param alerts = {
  emails: ['on-call@example.com']
  silentAfterHours: 3
  rehearseEveryDays: 35
  capacityBytes: 5000000000000
  deletionsPerDay: 100000
}
param budget = { amount: 500, startDate: '2026-12-01' }
