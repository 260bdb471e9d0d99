import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../support/command.ts';
import { RecordingDaemon } from '../support/recording-daemon.ts';
import { commandLines } from './cli-request-cases.ts';

// What the docker command line (28) sends and says for each command line was recorded; ours, called as `docker`, must do
// the same. `SKIFF_PARITY_RECORD=1` records anew with the docker in the path.

const recordingPath = fileURLToPath(new URL('recorded/cli-requests.json', import.meta.url));
const fixtures = fileURLToPath(new URL('../fixtures/cli/', import.meta.url));
const skiff = fileURLToPath(new URL('../../bin/skiff', import.meta.url));
const isRecording = process.env['SKIFF_PARITY_RECORD'] === '1';

interface Behaviour {
  readonly requests: unknown;
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

const daemon = new RecordingDaemon();
const folder = mkdtempSync('/tmp/skt-');
const recorded = isRecording ? {} : (JSON.parse(readFileSync(recordingPath, 'utf8')) as Record<string, Behaviour>);

before(async () => {
  await daemon.start();
  for (const name of readdirSync(fixtures)) copyFileSync(join(fixtures, name), join(folder, name));
  symlinkSync(skiff, join(folder, 'docker'));
});

after(async () => {
  await daemon.close();
  rmSync(folder, { recursive: true });
  if (isRecording) writeFileSync(recordingPath, `${JSON.stringify(recorded, null, 1)}\n`);
});

async function behaviourOf(program: string, line: string): Promise<Behaviour> {
  const args = line
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => word.replaceAll('~', ' '));
  const env = {
    DOCKER_HOST: daemon.host,
    DOCKER_CONFIG: folder,
    SKIFF_TEST_VALUE: 'from the environment',
    HOME: '/root',
  };
  const { status, stdout, stderr } = await runCommand(program, args, { env, cwd: folder });
  // Only what changes something counts: docker asks for the container before an exec, which costs us nothing to leave out.
  const requests = daemon
    .takeRequests()
    .filter(({ method }) => method !== 'GET')
    .map(({ method, target, body }) => ({ method, target, body: settled(body) }));
  // docker works on several arguments at once, in no order of its own.
  requests.sort((a, b) => (a.target < b.target ? -1 : 1));
  const text = JSON.stringify({ requests, status, stdout, stderr }).replaceAll(folder, '/folder');
  return JSON.parse(text) as Behaviour;
}

/** docker sends variables and volumes in no order of its own. */
function settled(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]: [string, unknown]) => {
      const unordered = (name === 'Env' || name === 'Binds') && Array.isArray(field);
      return [name, unordered ? [...(field as string[])].sort() : settled(field)];
    }),
  );
}

for (const line of commandLines) {
  test(`docker and skiff do the same for: ${line}`, async () => {
    if (isRecording) {
      recorded[line] = await behaviourOf('docker', line);
      return;
    }
    const expected = recorded[line];
    assert.ok(expected, 'nothing is recorded; SKIFF_PARITY_RECORD=1 records it');
    assert.deepEqual(await behaviourOf(join(folder, 'docker'), line), expected);
  });
}
