import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { appendFile, mkdtemp, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { compressRotated } from './compressed-log.ts';
import { type LogQuery, readLogs } from './read-logs.ts';
import { parseTimeNs, RecordParser } from './record-parser.ts';
import { setAside } from './rotate-log.ts';

const directory = await mkdtemp(join(tmpdir(), 'skiff-logs-'));
const path = join(directory, 'log');
after(() => rm(directory, { recursive: true }));

const BASE = parseTimeNs('2026-01-02T03:04:00.000000005+00:00');
const record = (second: number, stream: 'stdout' | 'stderr', tag: 'P' | 'F', text: string) =>
  `2026-01-02T03:04:${String(second).padStart(2, '0')}.000000005+00:00 ${stream} ${tag} ${text}\n`;

async function text(query: Partial<LogQuery> = {}): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const batch of readLogs(path, { stdout: true, stderr: true, ...query })) {
    pieces.push(...batch.map(({ data }) => data));
  }
  return Buffer.concat(pieces).toString('latin1');
}

test('times keep their nanoseconds and their zone', () => {
  assert.equal(parseTimeNs('2026-01-02T03:04:05.123456789+00:00'), 1767323045123456789n);
  assert.equal(parseTimeNs('2026-01-02T03:04:05.123456789+02:30'), 1767323045123456789n - 9_000_000_000_000n);
  assert.equal(parseTimeNs('garbage'), 0n);
});

test('records are read however the bytes are cut', () => {
  const whole = Buffer.from(
    record(1, 'stdout', 'F', 'a') + record(2, 'stderr', 'P', 'b') + record(3, 'stderr', 'F', ''),
  );
  for (let cut = 1; cut < whole.length; cut++) {
    const parser = new RecordParser();
    const entries = [...parser.push(whole.subarray(0, cut)), ...parser.push(whole.subarray(cut)), ...parser.end()];
    assert.deepEqual(
      entries.map(({ stream, data, startsLine }) => [stream, data.toString(), startsLine]),
      [
        ['stdout', 'a\n', true],
        ['stderr', 'b', true],
        ['stderr', '\n', false],
      ],
    );
  }
});

test('lines that came in pieces are the bytes that were written', async () => {
  await writeFile(
    path,
    Buffer.from(
      record(1, 'stdout', 'P', 'caf\xc3') + record(1, 'stdout', 'F', '\xa9\x00') + record(2, 'stdout', 'P', 'end'),
      'latin1',
    ),
  );
  assert.equal(await text(), 'caf\xc3\xa9\x00\nend');
});

test('the last lines are found from the end, pieces counted once', async () => {
  const lines = Array.from({ length: 5000 }, (_, index) =>
    index % 3 === 0
      ? record(1, 'stdout', 'P', `line `) + record(1, 'stdout', 'F', `${index}`)
      : record(1, index % 2 === 0 ? 'stdout' : 'stderr', 'F', `line ${index}`),
  );
  await writeFile(path, lines.join(''));
  for (const tail of [0, 1, 2, 3, 1000, 4999, 5000, 9999]) {
    const expected = Array.from({ length: 5000 }, (_, index) => `line ${index}\n`).slice(-tail || 5000);
    assert.equal(await text({ tail }), expected.join(''), `tail ${tail}`);
  }
});

test('an unfinished line counts as one of the last', async () => {
  await writeFile(
    path,
    record(1, 'stdout', 'F', 'one') + record(2, 'stdout', 'F', 'two') + record(3, 'stdout', 'P', 'x'),
  );
  assert.equal(await text({ tail: 2 }), 'two\nx');
});

test('streams and times select', async () => {
  const seconds = [0, 1, 2, 3].map((second) =>
    record(second, second % 2 === 0 ? 'stdout' : 'stderr', 'F', `${second}`),
  );
  await writeFile(path, seconds.join(''));
  const at = (second: number) => BASE + BigInt(second) * 1_000_000_000n;
  assert.equal(await text({ stderr: false }), '0\n2\n');
  assert.equal(await text({ stdout: false }), '1\n3\n');
  assert.equal(await text({ sinceNs: at(1), untilNs: at(2) }), '1\n2\n');
  assert.equal(await text({ sinceNs: at(1) + 1n }), '2\n3\n');
  assert.equal(await text({ tail: 2, stdout: false }), '3\n');
});

test('what is written while a log is followed comes once, and it ends after the last of it', async () => {
  await writeFile(path, record(1, 'stdout', 'F', 'before'));
  const ended = Promise.withResolvers<void>();
  const seen: string[] = [];
  for await (const batch of readLogs(path, { stdout: true, stderr: true, follow: { ended: ended.promise } })) {
    for (const { data } of batch) {
      seen.push(data.toString());
      if (seen.length === 1) {
        const half = record(2, 'stdout', 'F', 'half');
        await appendFile(path, half.slice(0, 20));
        await appendFile(path, half.slice(20));
      } else if (seen.length === 2) {
        await appendFile(path, record(3, 'stderr', 'P', 'last'));
        ended.resolve();
      }
    }
  }
  assert.deepEqual(seen, ['before\n', 'half\n', 'last']);
});

test('a client that hangs up ends the following', async () => {
  await writeFile(path, record(1, 'stdout', 'F', 'one'));
  const client = new AbortController();
  const follow = { ended: new Promise<void>(() => undefined) };
  for await (const batch of readLogs(path, { stdout: true, stderr: true, follow, signal: client.signal })) {
    assert.equal(batch.length, 1);
    client.abort();
  }
});

test('a log that does not exist is empty', async () => {
  const batches = await Array.fromAsync(readLogs(join(directory, 'none'), { stdout: true, stderr: true }));
  assert.deepEqual(batches, []);
});

test('files that were set aside are read before the newer ones, also from the end', async () => {
  const rotated = join(directory, 'rotated');
  await writeFile(`${rotated}.2`, record(1, 'stdout', 'F', 'a') + record(1, 'stdout', 'F', 'b'));
  await writeFile(`${rotated}.1`, record(2, 'stdout', 'F', 'c'));
  await writeFile(rotated, record(3, 'stdout', 'F', 'd') + record(3, 'stdout', 'F', 'e'));
  const read = async (tail?: number) => {
    const query = { stdout: true, stderr: true, ...(tail === undefined ? {} : { tail }) };
    const batches = await Array.fromAsync(readLogs(rotated, query));
    return batches.flat().map(({ data }) => data.toString().trim());
  };
  assert.equal((await read()).join(''), 'abcde');
  for (const tail of [0, 1, 2, 3, 4, 5, 9]) {
    assert.equal((await read(tail)).join(''), tail === 0 ? '' : 'abcde'.slice(-tail), `tail ${tail}`);
  }
});

test('a log that is rotated while it is followed loses no line', async () => {
  const followed = join(directory, 'followed');
  await writeFile(followed, record(1, 'stdout', 'F', 'line 0'));
  const ended = Promise.withResolvers<void>();
  const seen: string[] = [];
  for await (const batch of readLogs(followed, { stdout: true, stderr: true, follow: { ended: ended.promise } })) {
    for (const { data } of batch) {
      seen.push(data.toString().trim());
      const next = seen.length;
      if (next === 40) ended.resolve();
      if (next >= 40) continue;
      // The writer's last line in a file that has been set aside already, as conmon's can be.
      if (next % 4 === 0) await setAside(followed, { maxFiles: 3 });
      await appendFile(next % 4 === 0 ? `${followed}.1` : followed, record(1, 'stdout', 'F', `line ${next}`));
      if (next % 4 === 0) await writeFile(followed, '');
    }
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 40 }, (_, index) => `line ${index}`),
  );
});

test('compressed files are read like plain ones, also from the end, and a damaged one up to its damage', async () => {
  const log = join(directory, 'compressed');
  await writeFile(`${log}.2`, record(1, 'stdout', 'F', 'a') + record(1, 'stdout', 'F', 'b'));
  await writeFile(`${log}.1`, record(2, 'stdout', 'F', 'c'));
  await writeFile(log, record(3, 'stdout', 'F', 'd'));
  await compressRotated(log, 3);
  const names = () => readdirSync(directory).filter((name) => name.startsWith('compressed'));
  assert.deepEqual(names().sort(), ['compressed', 'compressed.1.gz', 'compressed.2.gz']);
  const read = async (tail?: number) => {
    const query = { stdout: true, stderr: true, ...(tail === undefined ? {} : { tail }) };
    const batches = await Array.fromAsync(readLogs(log, query));
    return batches
      .flat()
      .map(({ data }) => data.toString().trim())
      .join('');
  };
  assert.deepEqual(await Promise.all([read(), read(2), read(3)]), ['abcd', 'cd', 'bcd']);
  const { mtime } = await stat(`${log}.2.gz`);
  await truncate(`${log}.2.gz`, 12);
  await utimes(`${log}.2.gz`, mtime, mtime);
  assert.equal(await read(), 'cd');
  // What a crash between the two steps of compressing leaves.
  await writeFile(`${log}.1`, record(2, 'stdout', 'F', 'c'));
  assert.equal(await read(), 'cd');
  await setAside(log, { maxFiles: 3 });
  assert.deepEqual(names().sort(), ['compressed.1', 'compressed.2', 'compressed.2.gz']);
});

test('a log that is compressed while it is followed loses no line and tells none twice', async () => {
  const followed = join(directory, 'squeezed');
  await writeFile(followed, record(1, 'stdout', 'F', 'line 0'));
  const ended = Promise.withResolvers<void>();
  const seen: string[] = [];
  for await (const batch of readLogs(followed, { stdout: true, stderr: true, follow: { ended: ended.promise } })) {
    for (const { data } of batch) {
      seen.push(data.toString().trim());
      if (seen.length % 3 !== 1) continue;
      if (seen.length >= 60) {
        ended.resolve();
        continue;
      }
      // Three lines, each in a file of its own; the follower has the first of them open, or none.
      for (const next of [0, 1, 2]) {
        await setAside(followed, { maxFiles: 9 });
        await writeFile(followed, record(1, 'stdout', 'F', `line ${seen.length + next}`));
      }
      await compressRotated(followed, 9);
    }
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 61 }, (_, index) => `line ${index}`),
  );
});
