import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { readTar } from '../../src/lib/tar/tar-reader.ts';
import { build, type ContextFile, contextOf } from '../support/builds.ts';
import { startDaemon, type TestDaemon } from '../support/daemon.ts';
import { call } from '../support/http.ts';

/**
 * What is in each layer above the base, and the history of them. Only a BuildKit that merges layers knows linked copies:
 * recorded from a Docker with the containerd image store (`{"features": {"containerd-snapshotter": true}}`).
 */
interface Answer {
  readonly layers: readonly (readonly string[])[];
  readonly history: readonly string[];
}

const recordedPath = fileURLToPath(new URL('recorded/linked-copies.json', import.meta.url));
const buildx = process.env['SKIFF_PEER_BUILDX'];
const dockerHost = process.env['SKIFF_PEER_DOCKER'];
const isRecording = process.env['SKIFF_PARITY_RECORD'] === '1' && buildx !== undefined && dockerHost !== undefined;
const run = promisify(execFile);

const FILES: Readonly<Record<string, { readonly content: string | Buffer; readonly mode: number }>> = {
  'a.txt': { content: 'a', mode: 0o644 },
  'run.sh': { content: '#!/bin/sh\n', mode: 0o755 },
  'dir/sub/y': { content: 'y', mode: 0o600 },
  'in.tgz': {
    content: gzipSync(contextOf({ 'bin/': { mode: 0o711 }, 'bin/x': { content: 'x', uid: 3, gid: 4 } })),
    mode: 0o644,
  },
};
const FOLDERS = { dir: 0o750, 'dir/sub': 0o700 };

const CASES: Readonly<Record<string, string>> = {
  'a file, into folders that are not there': 'COPY --link a.txt run.sh /x/y/',
  'a file, by a new name': 'COPY --link a.txt /x/y',
  'a folder': 'COPY --link dir /x/y',
  'a folder, into the root': 'COPY --link dir /',
  'a file by the name of a folder of the base': 'COPY --link a.txt /tmp',
  'a file into a folder of the base': 'COPY --link a.txt /tmp/',
  'what the layers below have does not count':
    'RUN mkdir -m 777 /d && chown 5:6 /d && ln -s tmp /alias\nCOPY --link a.txt /d/a\nCOPY --link dir /alias/',
  'owners by number':
    'COPY --link --chown=7 a.txt /x/a\nCOPY --link --chown=7:8 dir /x/\nCOPY --link --chown=root a.txt /r',
  'with modes it is a copy like any other': 'RUN ln -s tmp /alias\nCOPY --link --chmod=640 a.txt /alias/a',
  'an archive': 'ADD --link in.tgz /x/',
  'a here-document': 'COPY --link <<EOF /x/here\nhere\nEOF',
  'files of another stage': 'COPY --link --from=other /f /x/',
  'twice the same': 'COPY --link a.txt /x/\nRUN rm /x/a.txt\nCOPY --link a.txt /x/',
};
const dockerfileOf = (steps: string) =>
  `FROM busybox AS other\nRUN echo f > /f && chown 9:9 /f && chmod 604 /f\nFROM busybox\n${steps}\n`;

if (isRecording) {
  test('what BuildKit makes is recorded', async () => {
    const socket = dockerHost.replace(/^unix:\/\//, '');
    const { DriverStatus } = (await call(socket, 'GET', '/info')).json<{ DriverStatus: string[][] }>();
    assert.ok(DriverStatus.flat().includes('io.containerd.snapshotter.v1'), 'this Docker cannot merge layers');
    const body = createReadStream(fileURLToPath(new URL('../../dist/busybox.tar', import.meta.url)));
    await call(socket, 'POST', '/images/load', { body, headers: { 'content-type': 'application/x-tar' } });
    const context = await makeContext();
    const answers: Record<string, Answer> = {};
    try {
      for (const [title, steps] of Object.entries(CASES)) {
        await writeFile(join(context, 'Dockerfile'), dockerfileOf(steps));
        const args = ['build', '--network', 'none', '-t', 'skiff-parity', context];
        const env = { ...process.env, DOCKER_HOST: dockerHost, BUILDX_NO_DEFAULT_ATTESTATIONS: '1' };
        await run(buildx, args, { env, timeout: 60_000 });
        answers[title] = await look(socket);
        await call(socket, 'DELETE', '/images/skiff-parity?force=1');
      }
    } finally {
      await rm(context, { recursive: true });
    }
    await writeFile(recordedPath, `${JSON.stringify(answers, undefined, 1)}\n`);
  });
} else {
  const recorded = JSON.parse(await readFile(recordedPath, 'utf8')) as Record<string, Answer>;
  let daemon: TestDaemon;
  before(async () => {
    daemon = await startDaemon();
  });
  after(() => daemon.close());

  for (const [title, steps] of Object.entries(CASES)) {
    test(`linked as BuildKit does it: ${title}`, async () => {
      await build(daemon, { ...contextFiles(), Dockerfile: dockerfileOf(steps) }, { t: 'skiff-parity' });
      assert.deepEqual(await look(daemon.socketPath), recorded[title]);
    });
  }
}

async function makeContext(): Promise<string> {
  const context = await mkdtemp(join(tmpdir(), 'skiff-linked-'));
  for (const [name, { content, mode }] of Object.entries(FILES)) {
    await mkdir(dirname(join(context, name)), { recursive: true });
    await writeFile(join(context, name), content);
    await chmod(join(context, name), mode);
  }
  for (const [name, mode] of Object.entries(FOLDERS)) await chmod(join(context, name), mode);
  return context;
}

function contextFiles(): Record<string, ContextFile> {
  const folders = Object.entries(FOLDERS).map(([name, mode]) => [`${name}/`, { mode }] as const);
  const files = Object.entries(FILES).map(([name, { content, mode }]): [string, ContextFile] => [
    name,
    typeof content === 'string' ? { content, mode } : content,
  ]);
  return Object.fromEntries([...folders, ...files]);
}

/** Of the image `skiff-parity`, as it is saved. */
async function look(socket: string): Promise<Answer> {
  const saved = new Map<string, Buffer>();
  for await (const [path, data] of filesOf((await call(socket, 'GET', '/images/skiff-parity/get')).body)) {
    saved.set(path, data);
  }
  const json = (name: string) => JSON.parse(saved.get(name)?.toString() ?? '') as unknown;
  const [{ Config, Layers }] = json('manifest.json') as [{ Config: string; Layers: string[] }];
  const { history } = json(Config) as { history: { created_by?: string; comment?: string; empty_layer?: boolean }[] };
  const own = history.filter(({ comment }) => comment === 'buildkit.dockerfile.v0');
  const layers = await Promise.all(Layers.slice(-own.length).map((name) => entriesOf(saved.get(name) ?? Buffer.of())));
  return {
    layers,
    history: own.map(({ created_by: text, empty_layer: empty }) => `${text}${empty ? ' (empty)' : ''}`),
  };
}

async function* filesOf(archive: Buffer): AsyncGenerator<[string, Buffer]> {
  for await (const { entry, data } of readTar(piecesOf(archive))) {
    const pieces: Buffer[] = [];
    for await (const piece of data) pieces.push(piece);
    if (entry.type === 'file') yield [entry.path, Buffer.concat(pieces)];
  }
}

/** Whatever the order that the engines have them in, and the times. */
async function entriesOf(layer: Buffer): Promise<string[]> {
  const lines: string[] = [];
  const plain = layer.readUInt16BE(0) === 0x1f8b ? gunzipSync(layer) : layer;
  for await (const { entry } of readTar(piecesOf(plain))) {
    const { type, path, mode, uid, gid, sizeBytes } = entry;
    // The engines differ in the mode of whiteouts, which means nothing.
    const permissions = path.includes('/.wh.') ? '' : mode.toString(8);
    lines.push(`${path} ${type} ${permissions} ${uid}:${gid} ${sizeBytes}`);
  }
  return lines.toSorted();
}

async function* piecesOf(data: Buffer): AsyncGenerator<Buffer> {
  yield data;
}
