/** Without its launcher the indexer would keep port and database from the next one. */
export function endWithLauncher(): void {
  if (process.connected) process.once('disconnect', () => process.kill(process.pid, 'SIGINT'));
}
