import { request } from 'node:http';
import { readJsonLines } from '../../src/lib/json-lines.ts';
import type { Answer } from './http.ts';

/** One message of a pull or push. */
export interface ProgressLine {
  readonly status?: string;
  readonly id?: string;
  readonly error?: string;
  readonly aux?: { readonly Tag: string; readonly Digest: string; readonly Size: number };
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

export function progressLines(answer: Answer): ProgressLine[] {
  return answer
    .text()
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ProgressLine);
}

/** The failure that an answer tells of, whether by its status or, once it has begun, by its last message. */
export function failureOf(answer: Answer): string | undefined {
  if (answer.status !== 200) return answer.json<{ message: string }>().message;
  return progressLines(answer).at(-1)?.error;
}

/** A pull whose messages are seen as they come. `ended` resolves when there are no more, also after `hangUp`. */
export interface PullUnderWay {
  readonly lines: readonly ProgressLine[];
  readonly ended: Promise<void>;
  hangUp(): void;
}

export function startPull(socketPath: string, query: string): PullUnderWay {
  const lines: ProgressLine[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const outgoing = request(
    { socketPath, method: 'POST', path: `/images/create?${query}`, agent: false },
    (incoming) => {
      const read = async () => {
        for await (const line of readJsonLines(incoming)) lines.push(line as ProgressLine);
      };
      // A connection that was hung up on ends in an error, which is what was wanted.
      read().then(resolve, resolve);
    },
  );
  outgoing.on('error', () => resolve());
  outgoing.end();
  return { lines, ended, hangUp: () => outgoing.destroy() };
}
