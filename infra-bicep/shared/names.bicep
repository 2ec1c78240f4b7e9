// The default of every name. `unique` makes those unique that must be so in the whole world.
import { namesType } from 'types.bicep'

@export()
func defaultNames(prefix string, environment string, unique string) namesType => {
  backupApp: 'func-${prefix}-backup-${environment}-${take(unique, 5)}'
  maintenanceApp: 'func-${prefix}-maintenance-${environment}-${take(unique, 5)}'
  backupPlan: 'plan-${prefix}-backup-${environment}'
  maintenancePlan: 'plan-${prefix}-maintenance-${environment}'
  backupIdentity: 'id-${prefix}-backup-${environment}'
  maintenanceIdentity: 'id-${prefix}-maintenance-${environment}'
  backupHostStorage: take(toLower('st${prefix}bh${environment}${unique}'), 24)
  maintenanceHostStorage: take(toLower('st${prefix}mh${environment}${unique}'), 24)
  backupStorage: take(toLower('st${prefix}store${environment}${unique}'), 24)
  backupContainer: 'qdrant'
  vault: take('kv-${prefix}-${environment}-${unique}', 24)
  storeKey: 'qdrant-store'
  scheduler: 'dts-${prefix}-${environment}-${take(unique, 5)}'
  workspace: 'log-${prefix}-${environment}'
  appInsights: 'appi-${prefix}-${environment}'
  actionGroup: 'ag-${prefix}-${environment}'
  vaultEvents: 'evgt-${prefix}-vault-${environment}'
  virtualNetwork: 'vnet-${prefix}-${environment}'
  budget: 'budget-${prefix}-${environment}'
}
