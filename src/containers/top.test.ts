import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProcessTable } from './top.ts';

const table = `UID   PID CMD
root    7 sleep 10
root    - -
root    8 sh -c  x\u00a0y
root    - -
`;

test('only rows of the given processes are kept, with their threads', () => {
  assert.deepEqual(parseProcessTable(table, new Set([7])).Processes, [
    ['root', '7', 'sleep 10'],
    ['root', '-', '-'],
  ]);
});

test('the last column takes all that is left, and other white space than ASCII stays', () => {
  assert.deepEqual(parseProcessTable('PID CMD\n8 sh -c  x\u00a0y\n', new Set([8])), {
    Titles: ['PID', 'CMD'],
    Processes: [['8', 'sh -c x\u00a0y']],
  });
});

test('without a column of process numbers nothing can be told apart', () => {
  assert.throws(() => parseProcessTable('CMD\nsh\n', new Set([8])), {
    message: "Couldn't find PID field in ps output",
  });
});
