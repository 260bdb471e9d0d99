import type { LogReader } from '../../containers/context.ts';
import { readLogs } from '../../logs/read-logs.ts';

/** The logs that monitors write, as the containers read them. */
export const logReader: LogReader = { read: readLogs };
