import { writeControl } from './monitor/write-control.ts';
import type { MonitorPaths } from './paths.ts';

const RESIZE = 1;
/** The monitor refuses more. */
const LARGEST = 1000;

/**
 * Sets the size of a monitor's terminal; without one it does nothing.
 * @throws not_found when the monitor is gone.
 */
export async function resizeTerminal(paths: MonitorPaths, size: { rows: number; columns: number }): Promise<void> {
  const rows = Math.min(size.rows, LARGEST);
  const columns = Math.min(size.columns, LARGEST);
  await writeControl(paths, `${RESIZE} ${rows} ${columns}`, 'cannot resize a stopped container');
}
