// Loaded before Azurite: ends it when the test process closes its end of standard input, however that process dies.
process.stdin.on('end', () => process.exit(0));
process.stdin.on('error', () => process.exit(0));
process.stdin.resume();
