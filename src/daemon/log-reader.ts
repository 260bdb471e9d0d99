import type { LogEntry, LogQuery, LogReader } from '../containers/context.ts';
import { readLogs } from '../logs/read-logs.ts';

/** The logs that monitors write, as the containers read them. */
export const logReader: LogReader = {
  read: (path, query) => entriesOf(path, query),
};

async function* entriesOf(path: string, { followUntil, ...query }: LogQuery): AsyncGenerator<LogEntry> {
  const follow = followUntil === undefined ? {} : { follow: { ended: followUntil } };
  for await (const batch of readLogs(path, { ...query, ...follow })) yield* batch;
}
