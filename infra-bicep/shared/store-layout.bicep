// Names and tags inside a store that rules of the account rely on (docs/format.md). A test compares each with the application's own constants.

@export()
var storeLayout = {
  chunks: 'chunks/'
  manifests: 'manifests/'
  runs: 'runs/'
  expiredTag: { name: 'state', value: 'expired' }
}
