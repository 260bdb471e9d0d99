import { humanSize } from './human-size.ts';

/** One line of what a long operation tells its client, in the form that Docker's clients read. */
export type ProgressMessage =
  | { readonly stream: string }
  | {
      readonly status: string;
      readonly progressDetail?: { readonly current?: number; readonly total?: number };
      readonly progress?: string;
      readonly id?: string;
    }
  /** For programs: what came of a push. */
  | { readonly progressDetail: object; readonly aux: object };

export type Report = (message: ProgressMessage) => void;

const BAR_WIDTH = 50;

export function progressMessage(
  status: string,
  id: string | undefined,
  amount: { readonly current: number; readonly total: number },
): ProgressMessage {
  const { current, total } = amount;
  return {
    status,
    progressDetail: { current, total },
    progress: bar(current, total),
    ...(id === undefined ? {} : { id }),
  };
}

function bar(current: number, total: number): string {
  if (total <= 0) return humanSize(current).padStart(8);
  const done = Math.min(Math.floor(Math.trunc((current / total) * 100) / 2), BAR_WIDTH);
  const box = `[${'='.repeat(done)}>${' '.repeat(BAR_WIDTH - done)}] `;
  return `${box}${humanSize(current).padStart(8)}${current > total ? '' : `/${humanSize(total)}`}`;
}
