import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../../errors/engine-error.ts';
import { lintBuild } from './lint-build.ts';
import type { PlanOptions } from './plan-options.ts';

const SEEDS = [
  '# syntax=docker/dockerfile:1\n# escape=`\n# check=skip=all;error=true\nFROM busybox\nENV a=b `\n c=d\n',
  'ARG base=busybox\nFROM ${base:-x} AS build\nARG v=${base#b*}\nENV a="${v%%x}" b=\'$v\' c=${v/a/b}\nRUN echo $a && \\\n  # note\n  true\n',
  'FROM busybox AS a\nRUN --mount=type=cache,target=/x,sharing=locked --mount=type=secret,id=s,mode=0400 <<EOF\necho $x\nEOF\nCOPY --from=a --chown=1:2 --chmod=u+x *.txt <<-"E" /d/\n\thello\n\tE\n',
  'FROM scratch\nHEALTHCHECK --interval=5s --retries=3 CMD ["a", "b"]\nEXPOSE 80 8000-8010/udp\nVOLUME ["/a"]\nLABEL a=1 "b c"="d"\nSHELL ["/s", "-c"]\nSTOPSIGNAL 9\nUSER u\nWORKDIR x\nONBUILD COPY a b\nENTRYPOINT x\nCMD y\n',
  'FROM --platform=$BUILDPLATFORM busybox AS x\nFROM x\nADD --checksum=sha256:0 https://h/x.git?ref=a#b:c git@h:p /y\nCOPY --parents --exclude=**/*.md a/./b c\n',
];
const PIECES = [
  '\\',
  '`',
  '"',
  "'",
  '$',
  '${',
  '}',
  '{',
  '#',
  '%',
  '/',
  '//',
  ':',
  ':-',
  '<<',
  '<<-',
  'EOF',
  '\n',
  '\r\n',
  '\n\n',
  ' ',
  '\t',
  '--',
  '=',
  ',',
  '[',
  ']',
  '["',
  '*',
  '?',
  '**',
  'FROM ',
  'RUN ',
  'COPY ',
  'ONBUILD ',
  'ARG ',
  '--from=',
  '--mount=',
  'AS ',
  '\u0000',
  '\u0085',
  '\ufeff',
  '\ud83d',
  '\u{1f600}',
  '0',
  '-1',
  '99999999999999999999',
  'busybox',
  '__proto__',
  '%s',
  'x'.repeat(300),
];

/** The same numbers in every run: what fails once fails again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function mutated(pick: (below: number) => number): string {
  let text = SEEDS[pick(SEEDS.length)] ?? '';
  for (let count = 1 + pick(6); count > 0; count--) {
    const at = pick(text.length + 1);
    const piece = PIECES[pick(PIECES.length)] ?? '';
    const other = SEEDS[pick(SEEDS.length)] ?? '';
    const cut = pick(other.length);
    const replacements = [piece, '', other.slice(cut, cut + pick(40)), text.slice(at, at + pick(20)).repeat(2)];
    text = text.slice(0, at) + (replacements[pick(4)] ?? '') + text.slice(at + pick(12));
  }
  return text;
}

const options: PlanOptions = {
  buildArgs: { v: 'given' },
  resolveImage: async (reference, platform) => ({
    reference,
    id: reference,
    platform,
    config: { Env: ['PATH=/bin'], OnBuild: reference.length % 5 === 0 ? ['RUN <<E\nx\nE'] : [] },
    author: undefined,
  }),
};

test('whatever is in a Dockerfile, it is planned or refused, and soon', async () => {
  const pick = random(20);
  let refused = 0;
  for (let round = 0; round < 4000; round++) {
    const text = mutated(pick);
    const started = process.cpuUsage();
    try {
      const { error } = await lintBuild(Buffer.from(text), options);
      if (error !== undefined) refused++;
    } catch (error) {
      assert.fail(`${JSON.stringify(text)} threw ${error instanceof Error ? error.stack : String(error)}`);
    }
    assert.ok(
      process.cpuUsage(started).user < 1000_000,
      `${JSON.stringify(text)} took the processor more than a second`,
    );
  }
  assert.ok(refused > 500 && refused < 3900, `${refused} of 4000 were refused: the mutations try too little`);
});

test('bytes that are no text are refused as such', async () => {
  const pick = random(7);
  for (let round = 0; round < 500; round++) {
    const bytes = Uint8Array.from({ length: pick(200) }, () => pick(256));
    const { error } = await lintBuild(bytes, options);
    assert.ok(error !== undefined, Buffer.from(bytes).toString('hex'));
  }
});

test('an error in the engine itself is not taken for one of the Dockerfile', async () => {
  const broken: PlanOptions = { resolveImage: () => Promise.reject(new TypeError('a bug')) };
  await assert.rejects(lintBuild(Buffer.from('FROM x\n'), broken), (error) => !isEngineError(error));
});
