import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { Output } from '../io/terminal.ts';
import { TerminalProgress } from './terminal-progress.ts';

test('steps are shown whole on a terminal that has no size', async () => {
  let shown = '';
  const out = {
    isTerminal: true,
    columns: 0,
    rows: 0,
    write: async (text: string) => {
      shown += text;
    },
  } as unknown as Output;
  const progress = new TerminalProgress(out, out);
  for (const Step of [0, 1, 2]) {
    await progress.event({ Kind: 'step', Step, Name: `RUN make part-${Step}`, TimeMs: 0 });
    await progress.event({ Kind: 'done', Step, Cached: Step === 1, DurationMs: 100 });
  }
  await progress.end();
  const lines = stripVTControlCharacters(shown).trimEnd().split('\n').slice(-3);
  assert.deepEqual(
    lines.map((line) => line.replace(/ {2,}/, ' ')),
    [' => RUN make part-0 0.1s', ' => CACHED RUN make part-1 0.1s', ' => RUN make part-2 0.1s'],
  );
});
