import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { IgnoreRules } from '../../src/lib/ignore-rules.ts';
import { parseIgnoreRules } from '../../src/lib/ignore-rules.ts';

const FILES = [
  '.env',
  '.git/config',
  'README.md',
  'a.txt',
  'b.md',
  'd/e/f/g.txt',
  'foo/bar/baz.log',
  'foo/baz.log',
  'node_modules/m/i.js',
  'pkg/node_modules/n.js',
  'sp ace.txt',
  'src/deep/y.ts',
  'src/deep/z.md',
  'src/x.ts',
  'star*.txt',
  'temp1',
  'tempA',
  'xtemp1',
];

const RULES = [
  '*.md\n!README.md',
  '**/*.md',
  '**/node_modules',
  'node_modules',
  '*\n!src',
  '*\n!src/**',
  '*\n!src/deep/y.ts',
  '*\n!**/*.ts',
  '**',
  '**\n!src/x.ts',
  'foo/*\n!foo/bar',
  'foo/**\n!foo/bar/baz.log',
  'temp?',
  'temp[0-9]',
  'temp[^0-9]',
  '/src/deep/',
  './src\n../a.txt',
  'src/*/y.ts',
  'd/**/g.txt',
  'd/**/**',
  '**/f/*',
  '.*',
  '!README.md\n*.md',
  '# comment\n#a.txt\na.txt',
  'sp ace.txt',
  'star\\*.txt',
  'src/deep\n!src/deep/z.md\nsrc/deep/y.ts',
  '*/*\n!*/bar',
  '**foo',
  'src**',
  'a.txt/\nb.md',
  'foo/../a.txt',
];

const recordedPath = fileURLToPath(new URL('recorded/ignore-rules.json', import.meta.url));
/** Recorded as Dockerfiles are: see `dockerfiles.test.ts`. */
const buildx = process.env['SKIFF_PEER_BUILDX'];
const dockerHost = process.env['SKIFF_PEER_DOCKER'];
const isRecording = process.env['SKIFF_PARITY_RECORD'] === '1' && buildx !== undefined && dockerHost !== undefined;

if (isRecording) {
  test('what BuildKit takes from a context is recorded', async () => {
    const root = await mkdtemp(join(tmpdir(), 'skiff-ignore-'));
    const taken: Record<string, string[]> = {};
    try {
      for (const file of FILES) {
        await mkdir(join(root, 'context', dirname(file)), { recursive: true });
        await writeFile(join(root, 'context', file), file);
      }
      for (const rules of RULES) taken[rules] = await takenByBuildKit(root, rules);
    } finally {
      await rm(root, { recursive: true });
    }
    await writeFile(recordedPath, `${JSON.stringify(taken, undefined, 1)}\n`);
  });
} else {
  const recorded = JSON.parse(await readFile(recordedPath, 'utf8')) as Record<string, string[]>;
  for (const text of RULES) {
    test(`as BuildKit has it: ${JSON.stringify(text)}`, () => {
      const rules = parseIgnoreRules(text);
      assert.deepEqual(
        FILES.filter((file) => !rules.matches(file)),
        recorded[text],
      );
      assert.deepEqual(
        FILES.filter((file) => isReached(rules, file)),
        recorded[text],
        'a wanted file was pruned',
      );
    });
  }
}

/** Whether a walk that prunes folders finds the file, and wants it. */
function isReached(rules: IgnoreRules, file: string): boolean {
  const parts = file.split('/');
  const folders = parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('/'));
  return !folders.some((folder) => rules.prunes(folder)) && !rules.matches(file);
}

async function takenByBuildKit(root: string, rules: string): Promise<string[]> {
  const dockerfile = join(root, 'Dockerfile');
  const output = join(root, 'output');
  await rm(output, { recursive: true, force: true });
  await writeFile(dockerfile, 'FROM scratch\nCOPY . /\n');
  await writeFile(`${dockerfile}.dockerignore`, rules);
  const args = ['build', '-q', '-f', dockerfile, '-o', output, join(root, 'context')];
  await promisify(execFile)(buildx ?? '', args, { env: { ...process.env, DOCKER_HOST: dockerHost }, timeout: 60_000 });
  const entries = await readdir(output, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return files.map((file) => file.slice(output.length + 1)).toSorted();
}
