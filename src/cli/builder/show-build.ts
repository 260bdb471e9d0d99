import { BUILD_EVENT_ID, type BuildEvent, PROGRESS_HEADER } from '../../api-types/build.ts';
import type { TransportResponse } from '../../client/transport.ts';
import { readJsonLines } from '../../lib/json-lines.ts';
import { CliError } from '../errors.ts';
import type { Output, Terminal } from '../io/terminal.ts';
import type { BuildDisplay } from './build-display.ts';
import { PlainProgress } from './plain-progress.ts';
import { TerminalProgress } from './terminal-progress.ts';

interface Message {
  readonly id?: string;
  readonly aux?: { readonly ID?: string; readonly CheckPassed?: boolean } & Partial<BuildEvent>;
  readonly stream?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number };
  readonly errorDetail?: { readonly message?: string; readonly code?: number };
  readonly error?: string;
}

const LONGEST_QUIET_ANSWER = 256;
const KINDS = ['auto', 'plain', 'quiet', 'rawjson', 'tty'];

/** @throws CliError for a kind that there is not */
export function checkProgress(kind: string): void {
  if (!KINDS.includes(kind)) throw new CliError(`invalid progress value: ${kind}`);
}

/** What is begun here goes on until `end`. */
export function displayFor(kind: string, io: Terminal): BuildDisplay {
  if (kind === 'quiet') return quietDisplay(io.stderr);
  if (kind === 'rawjson') {
    return {
      event: (event) => io.stderr.write(`${JSON.stringify(event)}\n`),
      text: () => undefined,
      end: async () => undefined,
    };
  }
  const onTerminal = kind === 'tty' || (kind === 'auto' && io.stderr.isTerminal);
  return onTerminal ? new TerminalProgress(io.stderr, io.stdout) : new PlainProgress(io.stderr, io.stdout);
}

export interface BuildShown {
  /** The image's ID; empty when none was made. */
  readonly id: string;
  /** What the daemon has written as text. */
  readonly text: string;
  /** False when the Dockerfile was only checked, and something is wrong with it. */
  readonly hasPassed: boolean;
  /** False for a daemon that tells builds as text, and so of the image as well. */
  readonly hasEvents: boolean;
}

/** Nothing, unless the build fails: then what the daemon tells of it. */
function quietDisplay(out: Output): BuildDisplay {
  let told = '';
  return {
    event: () => undefined,
    text: (text) => {
      told += text;
    },
    end: async (hasFailed) => {
      if (hasFailed) await out.write(told);
    },
  };
}

/** @throws CliError with the daemon's text, and a command's exit code */
export async function showBuild(answer: TransportResponse, display: BuildDisplay): Promise<BuildShown> {
  let id = '';
  let text = '';
  let hasPassed = true;
  let hasFailed = true;
  try {
    for await (const value of readJsonLines(answer.chunks())) {
      const message = value as Message;
      const failure = message.errorDetail?.message ?? message.error;
      if (failure !== undefined) throw new CliError(failure, message.errorDetail?.code || 1);
      if (message.id === BUILD_EVENT_ID) {
        await display.event(message.aux as BuildEvent);
      } else if (message.aux?.CheckPassed !== undefined) hasPassed = message.aux.CheckPassed;
      else if (message.aux?.ID !== undefined) id = message.aux.ID;
      else if (message.stream !== undefined) {
        // A quiet answer is short.
        text = `${text}${message.stream}`.slice(-LONGEST_QUIET_ANSWER);
        await display.text(message.stream);
      } else if (message.status !== undefined && message.progressDetail?.current === undefined) {
        await display.text(`${message.id === undefined ? '' : `${message.id}: `}${message.status}\n`);
      }
    }
    hasFailed = false;
  } finally {
    await display.end(hasFailed);
  }
  return { id, text, hasPassed, hasEvents: answer.header(PROGRESS_HEADER) !== undefined };
}
