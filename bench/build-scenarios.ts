import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from './engines.ts';
import { runCommand } from './run-command.ts';
import type { Scenario } from './scenarios.ts';

const SMALL_FILES = 20_000;
const FILES_PER_FOLDER = 200;
const IGNORED_BYTES = 2 ** 30;
const KEPT_BYTES = 2 ** 20;

/** What is built from: folders that are made once, and go with `remove`. */
export interface BuildContexts {
  readonly scenarios: readonly Scenario[];
  remove(): void;
}

/** By the docker CLI for all engines, and by the classic builder's endpoint for all but BuildKit. */
export function buildScenarios(rounds: number, fewRounds: number): BuildContexts {
  const root = mkdtempSync(join(tmpdir(), 'skiff-bench-build-'));
  const folder = (name: string, dockerfile: string) => {
    const path = join(root, name);
    mkdirSync(path);
    writeFileSync(join(path, 'Dockerfile'), dockerfile);
    return path;
  };
  const runs = folder('runs', `FROM busybox\n${'RUN true\n'.repeat(10)}`);
  const mixed = folder(
    'mixed',
    `FROM busybox\nCOPY a /a\n${[1, 2, 3, 4, 5, 6].map((n) => `RUN echo ${n} > /${n}\n`).join('')}`,
  );
  writeFileSync(join(mixed, 'a'), 'a');
  const stage = (name: string) => `FROM busybox AS ${name}\nRUN sleep 1; echo ${name} > /f\n`;
  const copies = ['a', 'b', 'c'].map((name) => `COPY --from=${name} /f /${name}\n`).join('');
  const stages = folder('stages', `${['a', 'b', 'c'].map(stage).join('')}FROM busybox\n${copies}`);
  const many = manyFiles(folder('many', 'FROM busybox\nCOPY . /files/\n'));
  const ignored = ignoredFiles(folder('ignored', 'FROM busybox\nCOPY . /files/\n'));
  return {
    scenarios: [
      { rounds, steps: { 'build of 10 RUN true, cold': cold(runs), 'the same build, cached': cached(runs) } },
      {
        rounds,
        steps: { 'build of 6 RUN and 1 COPY, cold': cold(mixed), 'the same build again, cached': cached(mixed) },
      },
      { rounds: fewRounds, steps: { 'build of three stages of 1 s that need nothing of each other': cold(stages) } },
      {
        rounds: fewRounds,
        steps: {
          [`build with ${SMALL_FILES} small files, cold`]: cold(many),
          [`build with ${SMALL_FILES} small files, unchanged`]: cached(many),
        },
      },
      { rounds, steps: { 'build with 1 MB of 1 GB, the rest ignored': cold(ignored) } },
    ],
    remove: () => rmSync(root, { recursive: true }),
  };
}

const build = (engine: Engine, ...args: string[]) =>
  runCommand('docker', ['-H', `unix://${engine.socketPath}`, 'build', '-q', ...args], engine.buildEnvironment);
const cold = (path: string) => (engine: Engine) => build(engine, '--no-cache', '-t', 'bench-build', path);
const cached = (path: string) => (engine: Engine) => build(engine, '-t', 'bench-build', path);

function manyFiles(path: string): string {
  for (let n = 0; n < SMALL_FILES; n++) {
    const folder = join(path, String(Math.floor(n / FILES_PER_FOLDER)));
    if (n % FILES_PER_FOLDER === 0) mkdirSync(folder);
    writeFileSync(join(folder, `${n}.txt`), `file ${n}\n`.repeat(20));
  }
  return path;
}

/** Holes read as zeros: nothing of it is on the disk, but whoever sends it has to read it. */
function ignoredFiles(path: string): string {
  mkdirSync(join(path, 'ignored'));
  writeFileSync(join(path, 'ignored', 'large'), '');
  truncateSync(join(path, 'ignored', 'large'), IGNORED_BYTES);
  writeFileSync(join(path, 'kept'), Buffer.alloc(KEPT_BYTES, 'kept'));
  writeFileSync(join(path, '.dockerignore'), 'ignored\n');
  return path;
}
