using '../../../infra-bicep/main.bicep'

// Everything optional that the files for people leave out.
param environmentName = 'hard'
param clusterName = 'hardened'
param qdrant = { nodes: [{ url: 'https://node-0.example.com:6333', maxStoredSnapshots: 2 }, { url: 'https://node-1.example.com:6333' }] }
param apiKeys = [{ name: 'admin', scopes: 'admin', sha256Secret: 'api-key-admin-sha256' }]
param storePin = { id: '0f6a4ce5-4a52-4f2c-9d52-1f2f7c6a0b11', keyId: '00112233445566778899aabbccddeeff' }
param options = { MaxParallelParts: '2', Team: 'storage' }
param tiering = { coolAfterDays: 30, coldAfterDays: 120 }
param immutability = { days: 30, locked: true }
param scheduler = { sku: 'Dedicated', capacity: 3, historyDays: 31 }
param operatorsGroupId = '11111111-1111-1111-1111-111111111111'
param alerts = {
  emails: ['somebody@example.com']
  silentAfterHours: 2
  rehearseEveryDays: 7
  capacityBytes: 1000000000000
  deletionsPerDay: 1000
}
