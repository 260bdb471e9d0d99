import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { EngineError } from '../errors/engine-error.ts';
import { hasErrorCode } from '../sys/syscall-error.ts';
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
  try {
    const control = await open(paths.control, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      await control.write(`${RESIZE} ${rows} ${columns}\n`);
    } finally {
      await control.close();
    }
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT', 'ENXIO')) throw error;
    throw new EngineError('not_found', 'cannot resize a stopped container', { cause: error });
  }
}
