import assert from 'node:assert/strict';
import { createReadStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startDaemon, type TestDaemon } from '../support/daemon.ts';
import { call } from '../support/http.ts';
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
/**
 * The socket of a real dockerd, which is then asked afresh. With `SKIFF_PARITY_RECORD=1` it alone is asked, twice: what
 * it says is written down if it says the same both times. A case that Docker itself does not pass cannot judge Skiff.
 */
const dockerHost = process.env['SKIFF_PEER_DOCKER']?.replace(/^unix:\/\//, '');
const isRecording = process.env['SKIFF_PARITY_RECORD'] === '1';

async function transcribe(socketPath: string, parityCase: ParityCase): Promise<Transcript> {
  const api = new RecordingApi(socketPath);
  await parityCase.run(api);
  return api.transcript;
}

/** Defines a test per case: the same requests to Skiff and to Docker (recorded or real), compared field by field. */
export function paritySuite(resource: string, cases: readonly ParityCase[]): void {
  const path = `${recordedFolder}${resource}.json`;
  if (isRecording) return recordingSuite(path, cases);
  const recorded = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Transcript>;
  let skiff: TestDaemon;
  before(async () => {
    skiff = await startDaemon();
    if (dockerHost !== undefined) await loadImage(dockerHost);
  });
  after(() => skiff.close());

  for (const parityCase of cases) {
    test(parityCase.title, async () => {
      const kept = recorded[parityCase.title];
      assert.ok(kept, `nothing is recorded for "${parityCase.title}"; CONTRIBUTING.md tells how to record`);
      if (dockerHost !== undefined) {
        const fresh = await transcribe(dockerHost, parityCase);
        assert.deepEqual(describe(compare('', fresh, kept)), [], 'the recording is out of date');
      }
      assertParity(parityCase, compare('', kept, await transcribe(skiff.socketPath, parityCase)));
    });
  }
}

function recordingSuite(path: string, cases: readonly ParityCase[]): void {
  const recorded: Record<string, Transcript> = {};
  const socketPath = dockerHost ?? '';
  before(async () => {
    assert.ok(dockerHost, 'SKIFF_PARITY_RECORD=1 needs SKIFF_PEER_DOCKER');
    await loadImage(socketPath);
  });
  after(() => {
    mkdirSync(recordedFolder, { recursive: true });
    writeFileSync(path, `${JSON.stringify(recorded, null, 1)}\n`);
  });
  for (const parityCase of cases) {
    test(parityCase.title, async () => {
      const first = await transcribe(socketPath, parityCase);
      assert.deepEqual(
        describe(compare('', first, await transcribe(socketPath, parityCase))),
        [],
        'Docker differs from itself',
      );
      recorded[parityCase.title] = first;
    });
  }
}

/** Both engines work on the same image: the one that Skiff brings with it. */
async function loadImage(socketPath: string): Promise<void> {
  const archive = fileURLToPath(new URL('../../dist/busybox.tar', import.meta.url));
  const answer = await call(socketPath, 'POST', '/images/load', {
    body: createReadStream(archive),
    headers: { 'content-type': 'application/x-tar' },
  });
  assert.equal(answer.status, 200, answer.text());
}

/** Where the engines differ by what they are, in whichever case it shows. */
const everywhere: readonly { readonly path: RegExp; readonly why: string }[] = [
  { path: /\.GraphDriver\.Data/, why: 'layers lie in other folders' },
  { path: /\.HostConfig\.Runtime$/, why: 'the default runtime is crun' },
  { path: /\.GwPriority$/, why: 'a field that came after Docker 26' },
  { path: /\.DockerVersion$/, why: 'an image says which engine made it' },
  { path: /\.LogPath$/, why: 'the log is in the format of the container runtime interface, under another name' },
];

function assertParity(parityCase: ParityCase, found: readonly Difference[]): void {
  const allowed = parityCase.differences ?? [];
  const unexpected = found.filter(
    ({ path }) => ![...allowed, ...everywhere].some((difference) => difference.path.test(path)),
  );
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
