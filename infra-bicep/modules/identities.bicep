// One identity per app: what one of them may not do, no code in it can do, whoever wrote that code.
metadata description = 'The identities of the two apps.'

import { namesType } from '../shared/types.bicep'

param location string
param tags object
param names namesType

resource backup 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: names.backupIdentity
  location: location
  tags: tags
}

resource maintenance 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: names.maintenanceIdentity
  location: location
  tags: tags
}

@description('Of the backup app.')
output backup { id: string, clientId: string, principalId: string } = {
  id: backup.id
  clientId: backup.properties.clientId
  principalId: backup.properties.principalId
}

@description('Of the maintenance app.')
output maintenance { id: string, clientId: string, principalId: string } = {
  id: maintenance.id
  clientId: maintenance.properties.clientId
  principalId: maintenance.properties.principalId
}
