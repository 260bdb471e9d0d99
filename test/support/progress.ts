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
