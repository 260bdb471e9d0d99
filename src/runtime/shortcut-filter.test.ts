import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortcutFilter } from './shortcut-filter.ts';
import { runFilter } from './testing/run-filter.ts';

const X86_64 = 0xc000003e;
const I386 = 0x40000003;
const ALLOW = 0x7fff0000;
const ERRNO = 0x00050001;
const KILL = 0x80000000;

type Line = readonly [code: number, k: number, jt?: number, jf?: number];

const LOAD = 0x20;
const JUMP = 0x05;
const EQUAL = 0x15;
const GREATER = 0x25;
const NOT_LESS = 0x35;
const AND = 0x54;
const RETURN = 0x06;

function filterOf(lines: readonly Line[]): Buffer {
  const filter = Buffer.alloc(lines.length * 8);
  for (const [index, [code, k, jt = 0, jf = 0]] of lines.entries()) {
    filter.writeUInt16LE(code, index * 8);
    filter.writeUInt8(jt, index * 8 + 2);
    filter.writeUInt8(jf, index * 8 + 3);
    filter.writeUInt32LE(k, index * 8 + 4);
  }
  return filter;
}

/** As libseccomp writes it: one comparison after the other, and a number whose first argument counts. */
function chain(numbers: readonly number[], flagged: number): Line[] {
  const allowed = numbers.flatMap((number): Line[] => [
    [EQUAL, number, 0, 1],
    [RETURN, ALLOW],
  ]);
  const byArgument: Line[] = [
    [EQUAL, flagged, 0, 4],
    [LOAD, 16],
    [AND, 0x7e020000],
    [EQUAL, 0, 0, 1],
    [RETURN, ALLOW],
    [RETURN, ERRNO],
  ];
  return [...allowed, ...byArgument];
}

const native = [LOAD, 0] as const;
const numbers = Array.from({ length: 400 }, (_, index) => index * 2 + (index % 3));
const ownCalls: Line[] = [native, [NOT_LESS, 0x40000000, 0, 1], [RETURN, KILL], ...chain(numbers, 56)];
const otherCalls: Line[] = [native, [GREATER, 900, 0, 1], [RETURN, ERRNO], ...chain([5, 3, 4], 120)];
const whole: Line[] = [
  [LOAD, 4],
  [EQUAL, X86_64, 0, 1],
  [JUMP, 3],
  [EQUAL, I386, 0, 1],
  [JUMP, 1 + ownCalls.length],
  [RETURN, KILL],
  ...ownCalls,
  ...otherCalls,
];

test('the answer to every system call stays the same, and is found in a few steps', () => {
  const filter = filterOf(whole);
  const shortened = shortcutFilter(filter);
  let [before, after] = [0, 0];
  const asked = [...Array(1000).keys(), 0x3fffffff, 0x40000000, 0x40000005, 0x80000000, 0xffffffff];
  for (const architecture of [X86_64, I386, 0xc00000b7, 0, 0xffffffff]) {
    for (const number of asked) {
      for (const argument of [0, 0x7e020000, 0x20000, 1, 0xffffffff]) {
        const data = [number, architecture, 0, 0, argument];
        const [old, now] = [runFilter(filter, data), runFilter(shortened, data)];
        assert.equal(now.answer, old.answer, `${architecture} ${number} ${argument}`);
        before += old.steps;
        after += now.steps;
      }
    }
  }
  assert.ok(after * 5 < before, `${before} steps before, ${after} now`);
});

for (const [what, filter] of [
  ['that allows everything', filterOf([[RETURN, ALLOW]])],
  ['that looks at the number first', filterOf([native, [EQUAL, 3, 0, 1], [RETURN, KILL], [RETURN, ALLOW]])],
  ['without an instruction', Buffer.alloc(0)],
  ['as long as the kernel takes', filterOf([...whole, ...Array.from({ length: 3000 }, (): Line => [RETURN, KILL])])],
] as const) {
  test(`a filter ${what} is left as it is`, () => {
    assert.equal(shortcutFilter(filter), filter);
  });
}
