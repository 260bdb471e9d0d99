import type { ExecConfig } from '../../api-types/exec.ts';
import type { OciProcess } from '../../runtime/oci-spec.ts';
import type { ContainersContext } from '../context.ts';
import type { ContainerRecord } from '../record.ts';
import { buildExecProcess } from './build-exec-process.ts';
import type { ExecSession } from './exec-sessions.ts';

/** A command line starts an exec two milliseconds after it has created it. */
const HOLDS_MS = 1000;

export interface ConsoleSize {
  readonly rows: number;
  readonly columns: number;
}

/** What an exec is to run, its user above all, looked up in the container while its client is about to ask for the start. */
export interface LookAhead {
  readonly process: Promise<OciProcess>;
  /** In the time of `performance.now()`: afterwards the container's files may say something else. */
  readonly holdsUntilMs: number;
}

export function lookAhead(context: ContainersContext, record: ContainerRecord, config: ExecConfig): LookAhead {
  const process = buildExecProcess(context, record, config, sizeOf(config));
  process.catch(() => undefined); // looked up again by the start, and told there
  return { process, holdsUntilMs: performance.now() + HOLDS_MS };
}

/** What was looked up, or what there is now. @throws internal for a user that is not there. */
export async function execProcess(
  context: ContainersContext,
  record: ContainerRecord,
  { config, lookAhead: ahead }: ExecSession,
  consoleSize: ConsoleSize | undefined,
): Promise<OciProcess> {
  if (consoleSize === undefined && ahead !== undefined && performance.now() < ahead.holdsUntilMs) {
    const found = await ahead.process.catch(() => undefined);
    if (found !== undefined) return found;
  }
  return buildExecProcess(context, record, config, consoleSize ?? sizeOf(config));
}

/** The size that was given when the exec was made, for a start that gives none. */
function sizeOf({ ConsoleSize: size }: ExecConfig): ConsoleSize | undefined {
  return size === undefined || size === null ? undefined : { rows: size[0], columns: size[1] };
}
