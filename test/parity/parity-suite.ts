import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startDaemon, type TestDaemon } from '../support/daemon.ts';
import { compare, type Difference } from './compare.ts';
import { RecordingApi, type Transcript } from './recording-api.ts';

export interface ParityCase {
  readonly title: string;
  /** Makes its requests, and removes what it made: it runs on an engine that others use as well. */
  readonly run: (api: RecordingApi) => Promise<void>;
  /**
   * Fields in which Skiff differs on purpose: a pattern of their path, and why. One that matches nothing fails the
   * test, so that the list stays true.
   */
  readonly differences?: readonly { readonly path: RegExp; readonly why: string }[];
}

const recordedFolder = fileURLToPath(new URL('recorded/', import.meta.url));
/** A real dockerd's socket; with it Docker is asked afresh, and `SKIFF_PARITY_RECORD=1` writes what it says. */
const dockerHost = process.env['SKIFF_PARITY_DOCKER_HOST']?.replace(/^unix:\/\//, '');

async function transcribe(socketPath: string, parityCase: ParityCase): Promise<Transcript> {
  const api = new RecordingApi(socketPath);
  await parityCase.run(api);
  return api.transcript;
}

/** Defines a test per case: the same requests to Skiff and to Docker (recorded or real), compared field by field. */
export function paritySuite(resource: string, cases: readonly ParityCase[]): void {
  const path = `${recordedFolder}${resource}.json`;
  const recorded: Record<string, Transcript> = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  let skiff: TestDaemon;
  before(async () => {
    skiff = await startDaemon();
  });
  after(async () => {
    await skiff.close();
    if (process.env['SKIFF_PARITY_RECORD'] !== '1') return;
    mkdirSync(recordedFolder, { recursive: true });
    writeFileSync(path, `${JSON.stringify(recorded, null, 1)}\n`);
  });

  for (const parityCase of cases) {
    test(parityCase.title, async () => {
      const expected = await expectation(parityCase, recorded);
      const actual = await transcribe(skiff.socketPath, parityCase);
      assertParity(parityCase, compare('', expected, actual));
    });
  }
}

/** What Docker says: asked now where there is one, and then the recording must say the same. */
async function expectation(parityCase: ParityCase, recorded: Record<string, Transcript>): Promise<Transcript> {
  const kept = recorded[parityCase.title];
  if (dockerHost === undefined) {
    assert.ok(
      kept,
      `nothing is recorded for "${parityCase.title}": run with SKIFF_PARITY_DOCKER_HOST and SKIFF_PARITY_RECORD=1`,
    );
    return kept;
  }
  const fresh = await transcribe(dockerHost, parityCase);
  if (process.env['SKIFF_PARITY_RECORD'] === '1') recorded[parityCase.title] = fresh;
  else if (kept !== undefined) assert.deepEqual(describe(compare('', fresh, kept)), [], 'the recording is out of date');
  return fresh;
}

function assertParity(parityCase: ParityCase, found: readonly Difference[]): void {
  const allowed = parityCase.differences ?? [];
  const unexpected = found.filter(({ path }) => !allowed.some((difference) => difference.path.test(path)));
  assert.deepEqual(describe(unexpected), [], 'Skiff answers otherwise than Docker');
  for (const { path, why } of allowed) {
    assert.ok(
      found.some((difference) => path.test(difference.path)),
      `no longer a difference: ${path} (${why})`,
    );
  }
}

function describe(differences: readonly Difference[]): string[] {
  return differences.map(({ path, docker, skiff }) => `${path}: Docker ${docker}, Skiff ${skiff}`);
}
