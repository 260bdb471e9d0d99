import type { TopResponse } from '../api-types/container-top.ts';
import { containerNotRunning } from '../errors/containers.ts';
import { EngineError, internalError } from '../errors/engine-error.ts';
import { runProgram } from '../runtime/run-program.ts';
import type { ContainersContext } from './context.ts';
import { publish } from './publish.ts';
import { isRunning } from './record.ts';

const DEFAULT_ARGUMENTS = '-ef';

/**
 * The processes of a container as the host's ps(1) lists them; the arguments are ps's own.
 * @throws not_found, conflict when it does not run, internal with what ps says of the arguments.
 */
export async function listContainerProcesses(
  context: ContainersContext,
  ref: string,
  psArguments: string,
): Promise<TopResponse> {
  const wanted = psArguments === '' ? DEFAULT_ARGUMENTS : psArguments;
  refuseDisguisedTitles(wanted);
  const record = context.store.resolve(ref);
  if (!isRunning(record)) throw containerNotRunning(record.id);
  if (record.state.status === 'restarting') {
    throw new EngineError('conflict', `Container ${record.id} is restarting, wait until the container is running`);
  }
  const pids = await context.runtime.listProcesses(record.id);
  const table = parseProcessTable(await runPs(wanted.split(' '), pids), new Set(pids));
  publish(context, record, 'top');
  return table;
}

/** A column of another name than PID would otherwise pass for the processes' numbers. */
function refuseDisguisedTitles(psArguments: string): void {
  for (const [, name, title] of psArguments.matchAll(/\s+(\w*)\s*=\s*(PID\w*)/g)) {
    if (name !== 'pid') throw internalError(`specifying "${name}=${title}" is not allowed`);
  }
}

async function runPs(psArguments: readonly string[], pids: readonly number[]): Promise<string> {
  const some = await runProgram('ps', [...psArguments, `-q${pids.join(',')}`]);
  if (some.exitCode === 0) return some.stdout;
  // Some options (such as f) do not go with a choice of processes: all are listed then.
  const all = await runProgram('ps', psArguments);
  if (all.exitCode === 0) return all.stdout;
  const [reason = ''] = all.stderr.split('\n');
  throw internalError(`ps: ${reason === '' ? `exit status ${all.exitCode}` : reason}`);
}

/**
 * Rows of the processes in `pids`; a thread's line, which has no number, goes with the process before it. What ps
 * prints in the last column may hold spaces.
 * @throws internal when there is no column of process numbers.
 */
export function parseProcessTable(text: string, pids: ReadonlySet<number>): TopResponse {
  const [head = '', ...lines] = text.split('\n');
  const titles = wordsOf(head);
  const pidColumn = titles.indexOf('PID');
  if (pidColumn === -1) throw internalError("Couldn't find PID field in ps output");
  const processes: string[][] = [];
  let takesThreads = false;
  for (const line of lines) {
    if (line === '') continue;
    const words = wordsOf(line);
    const pid = words[pidColumn] ?? '';
    if (pid !== '-') {
      if (!/^\d+$/.test(pid)) throw internalError(`Unexpected pid '${pid}'`);
      takesThreads = pids.has(Number(pid));
    }
    const last = titles.length - 1;
    if (takesThreads) processes.push([...words.slice(0, last), words.slice(last).join(' ')]);
  }
  return { Processes: processes.length === 0 ? null : processes, Titles: titles };
}

/** By ASCII white space alone: a command may hold any other. */
function wordsOf(line: string): string[] {
  return line.split(/[\t\n\f\r ]+/).filter((word) => word !== '');
}
