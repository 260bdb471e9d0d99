import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDockerfile, parseInstruction } from './parse-dockerfile.ts';
import { MAX_DOCKERFILE_BYTES } from './read-source.ts';

function parse(text: string | Uint8Array) {
  return parseDockerfile('Dockerfile', typeof text === 'string' ? Buffer.from(text) : text);
}

test('an instruction knows its lines, its flags and the comments above', () => {
  const { instructions } = parse(
    '# first\nFROM x\n\n# lost\n\n# kept\ncopy --from=a \\\n  # between\n  --chown=1 b \\\n  c\n',
  );
  const [from, copy] = instructions;
  assert.deepEqual(from?.comments, ['first']);
  assert.deepEqual(copy, {
    keyword: 'copy',
    writtenKeyword: 'copy',
    flags: ['--from=a', '--chown=1'],
    rest: 'b   c',
    text: 'copy --from=a   --chown=1 b   c',
    heredocs: [],
    lines: { start: 7, end: 10 },
    comments: ['kept'],
  });
});

test('flags are words of a shell', () => {
  const flags = (line: string) => parse(`${line}\n`).instructions[0]?.flags;
  assert.deepEqual(flags('RUN --a="b c" --d=e\\ f x'), ['--a=b c', '--d=e f']);
  assert.deepEqual(flags('RUN -- --x'), []);
  assert.deepEqual(flags("RUN --a='x"), ['--a=x']);
});

test('heredocs are read up to their delimiters, several of them, also within ONBUILD', () => {
  const { instructions } = parse("RUN cat <<A <<-'B'\na\nA\n\tb\n\tB\nONBUILD COPY <<E /x\nhello\r\nE\nCMD x\n");
  assert.deepEqual(instructions[0]?.heredocs, [
    { name: 'A', expand: true, chomp: false, content: 'a\n' },
    { name: 'B', expand: false, chomp: true, content: '\tb\n' },
  ]);
  assert.deepEqual(instructions[1]?.heredocs, [{ name: 'E', expand: true, chomp: false, content: 'hello\r\n' }]);
  assert.equal(instructions[2]?.lines.start, 9);
});

test('what only looks like a heredoc is none', () => {
  for (const line of ['RUN echo "<<X"', 'RUN ["<<X"]', 'CMD <<X', 'RUN a<<X', 'RUN <<', 'RUN echo "<<X', 'ENV a=<<X']) {
    assert.deepEqual(parse(`${line}\n`).instructions[0]?.heredocs, [], line);
  }
});

test('directives stand at the very top only', () => {
  const { directives } = parse('# syntax = docker/dockerfile:1\n#escape=`\n# CHECK=skip=all\nFROM x\n');
  assert.deepEqual(directives, { syntax: 'docker/dockerfile:1', escape: '`', check: 'skip=all' });
  assert.equal(parse('FROM x\n# escape=`\n').directives.escape, '\\');
  assert.equal(parse('# other=1\n# escape=`\nFROM x\n').directives.escape, '\\');
});

test('a byte order mark, CRLF and a missing last newline are no part of the text', () => {
  const { instructions, lines } = parse('\ufeffFROM x\r\nENV a=b\\\r\n  c=d');
  assert.deepEqual(
    instructions.map(({ text }) => text),
    ['FROM x', 'ENV a=b  c=d'],
  );
  assert.deepEqual(lines, ['FROM x', 'ENV a=b\\', '  c=d']);
});

test('an escape that is escaped continues nothing', () => {
  const { instructions } = parse('RUN a \\\\\nRUN b \\ \t\nc\n');
  assert.deepEqual(
    instructions.map(({ text }) => text),
    ['RUN a \\\\', 'RUN b c'],
  );
});

test('empty lines within an instruction are told', () => {
  assert.deepEqual(parse('FROM x\nRUN a \\\n\n  b\nRUN c\n').emptyContinuations, [{ start: 4, end: 4 }]);
});

test('bytes that are no UTF-8 are refused where they would be lost, and may stand in comments', () => {
  const latin1 = (text: string) => Buffer.from(text, 'latin1');
  assert.equal(parse(latin1('# caf\u00e9\nFROM x\n')).instructions.length, 1);
  assert.throws(() => parse(latin1('FROM x\nENV a=\u00e9\n')), {
    kind: 'invalid_argument',
    message:
      /^dockerfile parse error on line 2: invalid UTF-8\nDockerfile:2\n-{20}\n   1 \|     FROM x\n   2 \| >>> ENV a=\ufffd/,
  });
  assert.throws(() => parse('FROM x\nENV a=\0\n'), { message: /line 2: a Dockerfile cannot hold a NUL byte/ });
});

test('files without an instruction, and files that are too large, are refused', () => {
  assert.throws(() => parse(''), { message: 'the Dockerfile cannot be empty' });
  assert.throws(() => parse('# x\n\n'), { message: /^file with no instructions/ });
  assert.throws(() => parse(Buffer.alloc(10 * 1024 * 1024, 'RUN true\n')), {
    kind: 'invalid_argument',
    message: 'Dockerfile has 10485760 bytes: a Dockerfile may have at most 4 MiB',
  });
});

test('the largest Dockerfiles are read in time that grows with their length', () => {
  const fill = (piece: string) => Buffer.from(piece.repeat(MAX_DOCKERFILE_BYTES / piece.length));
  assert.throws(() => parse(fill('RUN tru\n')), { message: /^a Dockerfile may have at most 10000 instructions/ });
  const started = process.cpuUsage();
  for (const piece of [
    'RUN tru\n',
    'RUN x \\\n',
    '# abcde\n',
    'ENV a=b ',
    'RUN \\\n\n\n',
    '\r\r\r\r\r\r\r\r',
    'RUN --a ',
    '        ',
  ]) {
    try {
      parse(fill(piece));
    } catch (error) {
      assert.equal((error as { kind?: string }).kind, 'invalid_argument');
    }
  }
  assert.ok(process.cpuUsage(started).user < 20_000_000, 'this took the processor more than twenty seconds');
});

test('a trigger is one instruction', () => {
  assert.equal(parseInstruction('RUN <<E\nx\nE').heredocs[0]?.content, 'x\n');
  assert.throws(() => parseInstruction('RUN a\nRUN b'), { message: 'onbuild trigger should be a single expression' });
});
