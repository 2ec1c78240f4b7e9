// The application's settings, by the names that it reads. A test gives them to the application's own reader.
import {
  apiKeyType
  cloudType
  namesType
  qdrantType
  retentionType
  schedulesType
  storePinType
} from 'types.bicep'

@export()
@description('A reference that the platform resolves with the app\'s identity. The secret itself is in no setting and no template.')
func secretReference(vault string, secret string) string =>
  '@Microsoft.KeyVault(VaultName=${vault};SecretName=${secret})'

@export()
@description('What every app of a store is told.')
func storeSettings(names namesType, clusterName string, cloud cloudType, pin storePinType?) object => {
  Backup__Cluster__Name: clusterName
  Backup__Storage__Remote: 'https://${names.backupStorage}.blob.${cloud.storageSuffix}/${names.backupContainer}'
  Backup__Encryption__KeyVaultKey: 'https://${names.vault}${cloud.vaultSuffix}/keys/${names.storeKey}'
  ...(pin == null ? {} : { Backup__Store__Id: pin!.id, Backup__Store__KeyId: pin!.keyId })
}

@export()
func apiKeySettings(vault string, keys apiKeyType[]) object =>
  reduce(
    map(range(0, length(keys)), i => {
      'Backup__ApiKeys__${i}__Name': keys[i].name
      'Backup__ApiKeys__${i}__Sha256': secretReference(vault, keys[i].sha256Secret)
      'Backup__ApiKeys__${i}__Scopes': keys[i].scopes
    }),
    {},
    (all, key) => union(all, key)
  )

@export()
func qdrantSettings(vault string, qdrant qdrantType) object => {
  ...(qdrant.?url == null ? {} : { Backup__Qdrant__Url: qdrant.url! })
  ...(qdrant.?apiKeySecret == null ? {} : { Backup__Qdrant__ApiKey: secretReference(vault, qdrant.apiKeySecret!) })
  ...(qdrant.?allowPlainHttp ?? false ? { Backup__Qdrant__AllowPlainHttp: 'true' } : {})
  ...reduce(
    map(range(0, length(qdrant.?nodes ?? [])), i => {
      'Backup__Qdrant__Nodes__${i}__Url': qdrant.nodes![i].url
      ...(qdrant.nodes![i].?maxStoredSnapshots == null
        ? {}
        : { 'Backup__Qdrant__Nodes__${i}__MaxStoredSnapshots': string(qdrant.nodes![i].maxStoredSnapshots!) })
    }),
    {},
    (all, node) => union(all, node)
  )
}

@export()
func scheduleSettings(schedules schedulesType) object => {
  Backup__Schedule__TimeZone: schedules.timeZone
  ...toObject(items(schedules.cron), schedule => 'Backup__Schedule__${schedule.key}', schedule => schedule.value)
}

@export()
func retentionSettings(retention retentionType) object => {
  Backup__Retention__Daily: string(retention.daily)
  Backup__Retention__Weekly: string(retention.weekly)
  Backup__Retention__Monthly: string(retention.monthly)
  Backup__Retention__KeepWithin: retention.keepWithin
}

@export()
@description('Where the app\'s durable state is: overrides of host.json, so that one package serves both ways.')
func durableSettings(hub string, usesScheduler bool, schedulerEndpoint string, clientId string) object => {
  AzureFunctionsJobHost__extensions__durableTask__hubName: hub
  ...(usesScheduler
    ? {
        AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
        AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
        DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${schedulerEndpoint};Authentication=ManagedIdentity;ClientID=${clientId}'
      }
    : {
        AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureStorage'
        AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionName: 'AzureWebJobsStorage'
      })
}
