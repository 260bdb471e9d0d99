import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { EngineError } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { MonitorPaths } from '../paths.ts';

/** Commands that a monitor takes on its pipe: a number and two arguments. */
export type ControlCommand = `${number} ${number} ${number}`;

/** @throws not_found with this message when the monitor is gone. */
export async function writeControl(paths: MonitorPaths, command: ControlCommand, gone: string): Promise<void> {
  try {
    const control = await open(paths.control, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      await control.write(`${command}\n`);
    } finally {
      await control.close();
    }
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT', 'ENXIO')) throw error;
    throw new EngineError('not_found', gone, { cause: error });
  }
}
