import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../client/api-error.ts';
import { forEachArgument } from './for-each-argument.ts';
import type { Output, Terminal } from './io/terminal.ts';

function collector(): Output & { text: string } {
  return {
    text: '',
    isTerminal: false,
    columns: undefined,
    rows: undefined,
    write(data) {
      this.text += String(data);
      return Promise.resolve();
    },
  };
}

function terminal(): { io: Terminal; stdout: { text: string }; stderr: { text: string } } {
  const [stdout, stderr] = [collector(), collector()];
  async function* nothing(): AsyncGenerator<Uint8Array> {}
  const stdin = { isTerminal: false, chunks: nothing, makeRaw: () => () => undefined };
  return { io: { stdin, stdout, stderr }, stdout, stderr };
}

test('successes are printed in the order of the arguments, failures afterwards', async () => {
  const { io, stdout, stderr } = terminal();
  const code = await forEachArgument(io, ['a', 'bad', 'b', 'worse'], async (argument) => {
    if (argument === 'bad') throw new ApiError(404, 'No such container: bad');
    if (argument === 'worse') throw new Error('worse yet');
  });
  assert.equal(code, 1);
  assert.equal(stdout.text, 'a\nb\n');
  assert.equal(stderr.text, 'Error response from daemon: No such container: bad\nworse yet\n');
});

test('an action that has reported by itself is not reported again', async () => {
  const { io, stdout } = terminal();
  const code = await forEachArgument(io, ['a', 'b'], (argument) =>
    Promise.resolve(argument === 'a' ? 'unreported' : undefined),
  );
  assert.deepEqual([code, stdout.text], [0, 'b\n']);
});
