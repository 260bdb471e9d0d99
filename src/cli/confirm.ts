import type { Terminal } from './io/terminal.ts';

/** Asks until a line or the end of the input comes; only `y` is a yes. */
export async function confirm({ stdin, stdout }: Terminal, warning: string): Promise<boolean> {
  await stdout.write(`${warning} [y/N] `);
  const decoder = new TextDecoder();
  let answer = '';
  for await (const chunk of stdin.chunks()) {
    answer += decoder.decode(chunk, { stream: true });
    if (answer.includes('\n')) break;
  }
  return (answer.split('\n', 1)[0] ?? '').trim().toLowerCase() === 'y';
}
