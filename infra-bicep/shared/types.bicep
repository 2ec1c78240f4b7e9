// The shapes of the parameters, in one place: main.bicep takes them, modules get them.

@export()
@description('The name of everything that is created. Storage accounts and the vault need names that nobody else in the world has.')
type namesType = {
  backupApp: string
  maintenanceApp: string
  backupPlan: string
  maintenancePlan: string
  backupIdentity: string
  maintenanceIdentity: string
  @minLength(3)
  @maxLength(24)
  backupHostStorage: string
  @minLength(3)
  @maxLength(24)
  maintenanceHostStorage: string
  @minLength(3)
  @maxLength(24)
  backupStorage: string
  backupContainer: string
  @minLength(3)
  @maxLength(24)
  vault: string
  storeKey: string
  scheduler: string
  workspace: string
  appInsights: string
  actionGroup: string
  vaultEvents: string
  virtualNetwork: string
  budget: string
}

@export()
@description('What names end with in the cloud that this is deployed to.')
type cloudType = {
  @description('core.windows.net in the public cloud.')
  storageSuffix: string
  @description('.vault.azure.net in the public cloud.')
  vaultSuffix: string
}

@export()
@description('Where the Qdrant cluster is. One url for a standalone server, or every node by its own address.')
type qdrantType = {
  @description('A standalone server, e.g. https://qdrant.internal:6333.')
  url: string?

  @description('The nodes of a cluster, each by its own address, never a load balancer\'s.')
  nodes: { url: string, maxStoredSnapshots: int? }[]?

  @description('The secret of the vault that holds the API key; left out where Qdrant asks for none.')
  apiKeySecret: string?

  @description('Allow the API key to travel over plain http, on a network that is private.')
  allowPlainHttp: bool?
}

@export()
@description('A caller of the HTTP API. The key itself is nowhere; its SHA-256 (64 hex digits) is a secret of the vault.')
type apiKeyType = {
  name: string
  @description('Out of read, backup, restore and admin, separated by commas.')
  scopes: string
  @description('The secret of the vault that holds the SHA-256 of the key.')
  sha256Secret: string
}

@export()
@description('What one app gets of the platform.')
type appSizeType = {
  @description('512 is too little for four chunks in flight of four parts; 4096 is for very many small collections.')
  instanceMemoryMB: 2048 | 4096
  @minValue(1)
  @maxValue(1000)
  maximumInstanceCount: int
  @description('Instances kept running for the durable functions: 0 costs nothing and starts cold, 1 starts at once.')
  @minValue(0)
  @maxValue(5)
  alwaysReadyInstances: int
  @description('HTTP requests that one instance serves at once. Restores stream through activities, not through requests.')
  @minValue(1)
  @maxValue(1000)
  httpConcurrency: int
}

@export()
@description('Days after which things go.')
type lifecycleType = {
  @description('How long what was deleted can be undeleted. Only this counts for a blob that was old when it was deleted.')
  @minValue(14)
  @maxValue(365)
  softDeleteDays: int
  @description('How old a version that was overwritten or deleted becomes before a rule deletes it (and it is soft-deleted). Counted from when the version was written: the version of an old blob goes within a day.')
  @minValue(14)
  previousVersionDays: int
  @description('How long the records of runs stay.')
  @minValue(90)
  runRecordDays: int
  @description('How long the change feed reaches back.')
  @minValue(14)
  changeFeedDays: int
}

@export()
@description('Moves chunks to a cheaper tier by age. An old chunk serves the newest backup: verification and restores pay for reading it, and cool and cold tiers charge for 30 and 90 days at least.')
type tieringType = {
  @minValue(30)
  coolAfterDays: int
  @minValue(90)
  coldAfterDays: int
}

@export()
@description('Nobody, the subscription\'s owner included, deletes or changes a version before its time. Can be given when the account is made only, and locked it cannot be taken back.')
type immutabilityType = {
  @minValue(1)
  @maxValue(3650)
  days: int
  locked: bool
}

@export()
@description('How the store\'s key-encryption key is made and rotated; periods are ISO 8601.')
type storeKeyType = {
  sku: 'standard' | 'premium'
  size: 3072 | 4096
  @description('A new version is made so long after the last one.')
  rotateAfter: string
  @description('A version expires so long after it was made. It still unwraps.')
  expireAfter: string
  @description('So long before that, whoever is on call hears of it.')
  notifyBefore: string
}

@export()
@description('Durable state in the managed scheduler.')
type schedulerType = {
  sku: 'Consumption' | 'Dedicated'
  @description('Of the dedicated SKU; 3 and more are zone redundant.')
  capacity: int?
  @description('Finished orchestrations that the app has not purged itself go after so many days.')
  @minValue(31)
  @maxValue(90)
  historyDays: int
}

@export()
@description('A virtual network with private endpoints; nothing but the apps\' own way out is left to the public network.')
type networkType = {
  @description('The network\'s addresses, e.g. 10.60.0.0/23.')
  addressPrefix: string
  @description('The apps\' subnet, /27 or larger.')
  appsPrefix: string
  @description('The private endpoints\' subnet, /27 or larger.')
  endpointsPrefix: string
  @description('DNS servers of your own; left out: Azure\'s.')
  dnsServers: string[]?
  @description('The virtual network that Qdrant is in, to be peered with; the other side of the peering is made there.')
  qdrantNetworkId: string?
  @description('Routes to a Qdrant behind a gateway or firewall, e.g. 192.168.10.0/24.')
  routes: routeType[]?
  @description('Keep the HTTP API reachable from the public network (with an API key, as everywhere).')
  publicApi: bool
}

@export()
type routeType = {
  name: string
  addressPrefix: string
  nextHopType: 'VirtualAppliance' | 'VirtualNetworkGateway'
  @description('The appliance\'s address.')
  nextHopIpAddress: string?
}

@export()
@description('When somebody is told, and who.')
type alertsType = {
  @description('Who gets mail. An alert that nobody hears of is none.')
  @minLength(1)
  emails: string[]
  @description('Hours without a sign of life after which the app counts as silent.')
  @minValue(2)
  @maxValue(24)
  silentAfterHours: int
  @description('Age in days of the last complete restore at which a rehearsal is due.')
  @minValue(1)
  rehearseEveryDays: int
  @description('Bytes in the backup account beyond which somebody should look.')
  capacityBytes: int
  @description('Deletions a day beyond which even the maintenance app is suspicious.')
  @minValue(1)
  deletionsPerDay: int
}

@export()
@description('A monthly budget of the resource group.')
type budgetType = {
  amount: int
  @description('First of a month, e.g. 2026-12-01.')
  startDate: string
}

@export()
@description('The principals of the two apps, as roles are assigned to them.')
type principalsType = {
  backup: string
  maintenance: string
}

@export()
@description('When backups are due. The name of each schedule and its cron expression, in the time zone given.')
type schedulesType = {
  timeZone: string
  @description('By name, e.g. { daily: \'0 2 * * *\', weekly: \'0 1 * * 0\' }.')
  cron: { *: string }
}

@export()
@description('How much is kept.')
type retentionType = {
  daily: int
  weekly: int
  monthly: int
  @description('Everything younger than this, e.g. 30d.')
  keepWithin: string
}

@export()
@description('Pins the store: the two lines that `qdrant-backup key init` printed.')
type storePinType = {
  id: string
  keyId: string
}
