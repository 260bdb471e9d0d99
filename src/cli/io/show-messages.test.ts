import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TransportResponse } from '../../client/transport.ts';
import { CliError } from '../errors.ts';
import { showMessages } from './show-messages.ts';

function answerOf(...messages: readonly unknown[]): TransportResponse {
  const text = messages.map((message) => `${JSON.stringify(message)}\r\n`).join('');
  return {
    status: 200,
    header: () => 'application/json',
    text: () => Promise.resolve(text),
    async *chunks() {
      yield Buffer.from(text);
    },
  };
}

async function shown(columns: number | undefined, ...messages: readonly unknown[]): Promise<string> {
  let out = '';
  await showMessages(answerOf(...messages), {
    isTerminal: columns !== undefined,
    columns,
    rows: undefined,
    write: (data) => {
      out += String(data);
      return Promise.resolve();
    },
  });
  return out;
}

const progress = { status: 'Loading layer', id: 'abc', progressDetail: { current: 500, total: 1000 } };

test('without a terminal progress is left out', async () => {
  assert.equal(
    await shown(undefined, progress, { stream: 'Loaded image: x\n' }, { status: 'done', id: 'abc' }),
    'Loaded image: x\nabc: done\n',
  );
});

test('on a terminal a layer keeps its line', async () => {
  const out = await shown(80, progress, progress);
  assert.equal(
    out,
    '\n\x1b[1A\x1b[2K\rabc: Loading layer     500B/1kB\r\x1b[1B\x1b[1A\x1b[2K\rabc: Loading layer     500B/1kB\r\x1b[1B',
  );
});

test('a wide terminal also has a bar', async () => {
  assert.match(await shown(120, progress), /\[={25}> {25}\] {5}500B\/1kB/);
});

test("what the daemon says of a failure is the command's error", async () => {
  const failing = shown(undefined, { errorDetail: { message: 'no such thing' }, error: 'no such thing' });
  await assert.rejects(failing, (error) => error instanceof CliError && error.message === 'no such thing');
});
