import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventBus } from '../../../events/event-bus.ts';
import { createApp } from '../../app.ts';
import type { HostFacts, SystemBackend } from './backend.ts';
import { registerSystemRoutes } from './routes.ts';

const host: HostFacts = {
  hostname: 'box',
  kernelVersion: '6.1.0',
  operatingSystem: 'Debian GNU/Linux 12 (bookworm)',
  osVersion: '12',
  machine: 'x86_64',
  cpus: 2,
  memoryBytes: 1024,
  openFiles: 20,
  cgroupVersion: '2',
  cgroupDriver: 'cgroupfs',
  limits: {
    memory: true,
    swap: false,
    kernelMemoryTcp: false,
    oomKillDisable: false,
    cpuCfs: true,
    cpuShares: true,
    cpuSet: true,
    pids: true,
  },
  ipv4Forwarding: true,
  bridgeNfIptables: false,
  bridgeNfIp6tables: false,
  seccomp: true,
  apparmor: false,
  backingFilesystem: 'extfs',
};

function appWith(changes: Partial<SystemBackend> = {}) {
  const errors: string[] = [];
  const events = new EventBus();
  const app = createApp({ engineVersion: '1.2.3', logError: (message) => errors.push(message) });
  registerSystemRoutes(app, {
    greet: () => undefined,
    engine: {
      id: 'an-id',
      version: '1.2.3',
      gitCommit: 'abc',
      buildTime: '2026-01-01T00:00:00Z',
      dataRoot: '/var/lib/skiff',
      labels: ['a=b'],
      debug: false,
      defaultRuntime: 'crun',
      runtimes: { crun: 'crun', runc: 'runc' },
      logDriver: 'json-file',
      logDrivers: ['json-file'],
      networkDrivers: ['bridge', 'host', 'null'],
      volumeDrivers: [],
      insecureRegistries: ['10.0.0.0/8', 'reg.local:5000'],
      registryMirrors: [],
    },
    host: async () => host,
    components: async () => [{ name: 'crun', version: '1.8.1', gitCommit: 'f8a0' }],
    containerCounts: () => ({ running: 1, paused: 2, stopped: 3 }),
    imageCount: () => 4,
    eventListeners: () => events.readerCount,
    events: (query) => events.read(query),
    diskUsage: async (types) => ({
      layersSizeBytes: types.has('image') ? 7 : 0,
      ...(types.has('image') ? { images: [] } : {}),
      ...(types.has('container') ? { containers: [] } : {}),
    }),
    ...changes,
  });
  return { app, errors, events };
}

test('ping answers OK with the headers that clients negotiate by, and tells that a client has come', async () => {
  let greetings = 0;
  const { app } = appWith({
    greet: () => {
      greetings++;
    },
  });
  const answer = await app.inject({ url: '/v1.41/_ping' });
  assert.equal(answer.body, 'OK');
  assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
  assert.equal(answer.headers['api-version'], '1.50');
  assert.equal(answer.headers['builder-version'], '1');
  assert.equal(answer.headers['docker-experimental'], 'false');
  assert.equal(answer.headers['server'], 'Skiff/1.2.3 (linux)');
  assert.equal(answer.headers['swarm'], 'inactive');
  assert.equal(answer.headers['cache-control'], 'no-cache, no-store, must-revalidate');
  const head = await app.inject({ method: 'HEAD', url: '/_ping' });
  assert.equal(head.statusCode, 200);
  assert.equal(head.headers['content-length'], '0');
  assert.equal(greetings, 2);
});

test('versions outside 1.24 to 1.50 are refused with the texts that clients match on', async () => {
  const { app } = appWith();
  const old = await app.inject({ url: '/v1.23/version' });
  assert.equal(old.statusCode, 400);
  assert.equal(
    old.body,
    '{"message":"client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version"}\n',
  );
  const tooNew = await app.inject({ url: '/v1.51/version' });
  assert.equal(tooNew.statusCode, 400);
  assert.deepEqual(tooNew.json(), {
    message: 'client version 1.51 is too new. Maximum supported API version is 1.50',
  });
  assert.equal(tooNew.headers['api-version'], '1.50');
  for (const version of ['v1.24', 'v1.50', 'v1.045']) {
    assert.equal((await app.inject({ url: `/${version}/version` })).statusCode, 200);
  }
});

test('unknown pages and methods are "page not found", whatever the version', async () => {
  const { app } = appWith();
  const requests = [
    ['GET', '/nope'],
    ['GET', '/v1.20/nope'],
    ['PUT', '/version'],
    ['GET', '/version/'],
    ['GET', '/vx/version'],
    ['GET', '/v1.45'],
    ['HEAD', '/info'],
  ] as const;
  for (const [method, url] of requests) {
    const answer = await app.inject({ method, url });
    assert.equal(answer.statusCode, 404, url);
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.equal(answer.headers['api-version'], undefined);
    if (method !== 'HEAD') assert.equal(answer.body, '{"message":"page not found"}\n');
  }
});

test('version and info show the host and the engine', async () => {
  const { app } = appWith();
  const version = (await app.inject({ url: '/version' })).json();
  assert.equal(version.ApiVersion, '1.50');
  assert.equal(version.Arch, 'amd64');
  assert.equal(version.Components[1].Name, 'crun');
  const info = (await app.inject({ url: '/info' })).json();
  assert.equal(info.Containers, 6);
  assert.equal(info.Images, 4);
  assert.deepEqual(info.Runtimes, { crun: { path: 'crun' } }, 'runc is not installed');
  assert.equal(info.OperatingSystem, 'Debian GNU/Linux 12 (bookworm)');
  assert.deepEqual(info.Warnings, ['WARNING: No swap limit support']);
  assert.deepEqual(info.RegistryConfig.InsecureRegistryCIDRs, ['10.0.0.0/8', '127.0.0.0/8']);
  assert.equal(info.RegistryConfig.IndexConfigs['reg.local:5000'].Secure, false);
});

test('disk usage leaves the parts out that were not asked for, and refuses unknown ones', async () => {
  const { app } = appWith();
  const some = await app.inject({ url: '/system/df?type=image' });
  assert.equal(some.body, '{"LayersSize":7,"Images":[],"Containers":null,"Volumes":null,"BuildCache":null}\n');
  const unknown = await app.inject({ url: '/system/df?type=xx' });
  assert.equal(unknown.statusCode, 400);
  assert.equal(unknown.json().message, 'unknown object type: xx');
});

test('past events come as JSON lines, with every digit of their time', async () => {
  const { app, events } = appWith();
  events.publish({ type: 'container', action: 'create', actorId: 'c1', attributes: { name: 'x', image: 'busybox' } });
  events.publish({ type: 'network', action: 'connect', actorId: 'n1', attributes: { name: 'bridge' } });
  const until = Date.now() / 1000 + 0.02;
  const answer = await app.inject({ url: `/events?since=0&until=${until}` });
  const [first = '', second = '', rest] = answer.body.split('\n');
  assert.match(
    first,
    /^\{"status":"create","id":"c1","from":"busybox","Type":"container","Action":"create","Actor":\{"ID":"c1","Attributes":\{"image":"busybox","name":"x"\}\},"scope":"local","time":\d{10},"timeNano":\d{19}\}$/,
  );
  assert.match(second, /^\{"Type":"network"/);
  assert.equal(rest, '');
  assert.equal(events.readerCount, 0);
});

test('times and filters of an events request that cannot be read are refused', async () => {
  const { app } = appWith();
  const cases = [
    ['/events?since=abc', 500, 'strconv.ParseInt: parsing "abc": invalid syntax'],
    ['/events?since=2&until=1', 400, '`since` time (2) cannot be after `until` time (1)'],
    ['/events?until=1&filters=xx', 400, 'invalid filter'],
    ['/events?until=1&filters={"type":"x"}', 400, 'invalid filter'],
  ] as const;
  for (const [url, status, message] of cases) {
    const answer = await app.inject({ url });
    assert.equal(answer.statusCode, status, url);
    assert.deepEqual(answer.json(), { message });
  }
});

test('an error that nobody planned is a 500 with its message, and is logged', async () => {
  const { app, errors } = appWith({
    containerCounts: () => {
      throw new Error('a bug');
    },
  });
  const answer = await app.inject({ url: '/info' });
  assert.equal(answer.statusCode, 500);
  assert.deepEqual(answer.json(), { message: 'a bug' });
  assert.deepEqual(errors, ['GET /info returned error: a bug']);
});
