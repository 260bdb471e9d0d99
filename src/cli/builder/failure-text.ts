import type { BuildEvent } from '../../api-types/build.ts';

type Done = Extract<BuildEvent, { readonly Kind: 'done' }>;

/** What is shown of a command that failed, after all else: its last lines, and where it stands. Else empty. */
export function failureText(name: string, { Lines, Excerpt = '' }: Done): string {
  if (Lines === undefined) return '';
  const output = ['------', ` > ${name}:`, ...Lines, '------'];
  return [...output, ...(Excerpt === '' ? [] : [Excerpt])].map((line) => `${line}\n`).join('');
}
