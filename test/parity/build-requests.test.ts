import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { textOf } from '../../src/lib/tar/byte-string.ts';
import { readTar } from '../../src/lib/tar/tar-reader.ts';
import { folderOf } from '../support/builds.ts';
import { runCommand } from '../support/command.ts';

// What the docker command line (28) sends to have something built was recorded: the request, the files of the context with
// their modes and owners, and its complaints. Ours, called as `docker`, must send and say the same. `SKIFF_PARITY_RECORD=1`
// records anew with the docker in the path.

const recordingPath = fileURLToPath(new URL('recorded/build-requests.json', import.meta.url));
const skiff = fileURLToPath(new URL('../../bin/skiff', import.meta.url));
const isRecording = process.env['SKIFF_PARITY_RECORD'] === '1';
const ID = `sha256:${'a'.repeat(64)}`;

const commandLines = [
  'build .',
  'build -q .',
  'build -t a:1 -t b --label x=y --build-arg A=1 --build-arg SKIFF_TEST_VALUE --build-arg NOT_SET_ANYWHERE .',
  'build --network host -m 100m --memory-swap -1 --pull --no-cache --target t --platform linux/AMD64 .',
  'build --add-host a:1.2.3.4 --add-host b=::1 --cache-from c,d --cache-from e --shm-size 10m .',
  'build -c 5 --cpu-period 6 --cpu-quota 7 --cpuset-cpus 0 --cpuset-mems 0-1 --cgroup-parent /p .',
  'build --ulimit nofile=10:20 --security-opt seccomp=unconfined --rm=false --force-rm .',
  'build -f other.Dockerfile .',
  'build -f ignored/Dockerfile .',
  'image build .',
  'builder build .',
  'build',
  'build a b',
  'build nowhere',
  'build -f nowhere .',
  'build -t UPPER .',
  'build --ulimit x=1 .',
  'builder prune -f',
  'builder prune -a -f --filter until=24h --keep-storage 1g',
];

interface Behaviour {
  readonly requests: readonly { readonly target: string; readonly files: readonly string[] }[];
  readonly status: number | string;
  readonly stderr: string;
}

const files = folderOf({
  Dockerfile: 'FROM busybox\n',
  'other.Dockerfile': 'FROM busybox\n',
  '.dockerignore': 'ignored\n**/*.tmp\n!kept.tmp\n',
  'kept.tmp': 'k',
  'sub/dropped.tmp': 'd',
  'sub/kept': 'kept',
  'sub/link': 'link:kept',
  'ignored/Dockerfile': 'FROM busybox\n',
  'ignored/large': 'l',
});
const tools = mkdtempSync('/tmp/skt-');
const socketPath = join(tools, 'api.sock');
const recorded = isRecording ? {} : (JSON.parse(readFileSync(recordingPath, 'utf8')) as Record<string, Behaviour>);
let requests: Behaviour['requests'] = [];

const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    response.setHeader('Api-Version', '1.50');
    response.setHeader('Builder-Version', '1');
    response.setHeader('Content-Type', 'application/json');
    if (request.url?.endsWith('/_ping') === true) return void response.end('OK');
    const isQuiet = /[?&]q=1/.test(request.url ?? '');
    void listed(Buffer.concat(pieces)).then((names) => {
      requests = [...requests, { target: (request.url ?? '').replaceAll('+', '%20'), files: names }];
      const isBuild = request.url?.includes('/build?') === true;
      response.end(
        isBuild ? JSON.stringify(isQuiet ? { stream: `${ID}\n` } : { aux: { ID } }) : '{"SpaceReclaimed":0}',
      );
    });
  });
});

before(async () => {
  chmodSync(join(files.path, 'sub'), 0o750);
  server.listen(socketPath);
  await once(server, 'listening');
  symlinkSync(skiff, join(tools, 'docker'));
});

after(async () => {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
  files.remove();
  rmSync(tools, { recursive: true });
  if (isRecording) writeFileSync(recordingPath, `${JSON.stringify(recorded, null, 1)}\n`);
});

/** In no order, since docker sends what it adds last. */
async function listed(archive: Buffer): Promise<string[]> {
  const names: string[] = [];
  if (archive.length === 0) return names;
  for await (const { entry } of readTar(
    (async function* () {
      yield archive;
    })(),
  )) {
    const { type, mode, uid, gid, sizeBytes } = entry;
    names.push(
      `${type} ${textOf(entry.path)} ${textOf(entry.linkTarget)} ${mode.toString(8)} ${uid}:${gid} ${sizeBytes}`,
    );
  }
  return names.sort();
}

async function behaviourOf(program: string, line: string): Promise<Behaviour> {
  requests = [];
  const env = {
    DOCKER_HOST: `unix://${socketPath}`,
    DOCKER_CONFIG: tools,
    DOCKER_BUILDKIT: '0',
    SKIFF_TEST_VALUE: 'from the environment',
  };
  const { status, stderr } = await runCommand(program, line.split(' '), { env, cwd: files.path });
  const said = stderr.replace(/^DEPRECATED: The legacy builder[^]*?\n\n/, '');
  const text = JSON.stringify({ requests, status, stderr: said }).replaceAll(files.path, '/folder');
  return JSON.parse(text) as Behaviour;
}

for (const line of commandLines) {
  test(`docker and skiff do the same for: ${line}`, async () => {
    if (isRecording) {
      recorded[line] = await behaviourOf('docker', line);
      return;
    }
    const expected = recorded[line];
    assert.ok(expected, 'nothing is recorded; SKIFF_PARITY_RECORD=1 records it');
    assert.deepEqual(await behaviourOf(join(tools, 'docker'), line), expected);
  });
}
