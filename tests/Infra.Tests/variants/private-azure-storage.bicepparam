using '../../../infra-bicep/main.bicep'

// A network of its own with a public API, durable state in Azure Storage, and a Qdrant behind a gateway.
param environmentName = 'test'
param clusterName = 'onprem'
param qdrant = { url: 'http://192.168.10.30:6333', apiKeySecret: 'qdrant-api-key', allowPlainHttp: true }
param apiKeys = [{ name: 'admin', scopes: 'admin', sha256Secret: 'api-key-admin-sha256' }]
param durableBackend = 'AzureStorage'
param network = {
  addressPrefix: '10.61.0.0/23'
  appsPrefix: '10.61.0.0/26'
  endpointsPrefix: '10.61.1.0/26'
  dnsServers: ['10.61.1.4']
  routes: [
    { name: 'to-qdrant', addressPrefix: '192.168.10.0/24', nextHopType: 'VirtualAppliance', nextHopIpAddress: '10.61.1.5' }
  ]
  publicApi: true
}
param alerts = {
  emails: ['somebody@example.com']
  silentAfterHours: 4
  rehearseEveryDays: 30
  capacityBytes: 1000000000000
  deletionsPerDay: 1000
}
