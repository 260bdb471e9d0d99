import { writeControl } from './monitor/write-control.ts';
import type { MonitorPaths } from './paths.ts';

const REOPEN_LOGS = 2;

/**
 * The monitor makes a new file and renames it to the log's name, between two of its writes. What has had that name is
 * gone unless it was renamed before.
 * @throws not_found when the monitor is gone.
 */
export async function reopenLog(paths: MonitorPaths): Promise<void> {
  await writeControl(paths, `${REOPEN_LOGS} 0 0`, 'the container is not running: its monitor has ended');
}
