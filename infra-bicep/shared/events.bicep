// The application's log events that alerts and the workbook ask for. A test compares ids and property names with the application's own.

@export()
var events = {
  runEnded: 3102
  backupDamaged: 3501
  chunksDamaged: 3511
  manifestDamaged: 3201
  falseEnd: 3204
  backupSuspect: 3322
  stillSuspect: 2605
  scheduleStarted: 2201
  stepFails: 2221
  recipientFails: 2024
  runLeft: 2308
  backupAge: 2601
  noBackup: 2602
  restoreAge: 2603
  nothingScheduled: 2604
}

@description('Puts values into a query, where it has their names in double braces.')
func filled(text string, values object) string =>
  reduce(items(values), text, (query, value) => replace(query, '{{${value.key}}}', value.value))

@export()
@description('A query of the application\'s events, whose ids it names.')
func eventQuery(text string, values object) string =>
  filled('${loadTextContent('../queries/events.kql')}${text}', union(mapValues(events, id => string(id)), values))

@export()
@description('A query of the backup account\'s logs.')
func storeQuery(text string, account string, maintainer string) string =>
  replace(replace(text, '{{account}}', account), '{{maintainer}}', maintainer)
