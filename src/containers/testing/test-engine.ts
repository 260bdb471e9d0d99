import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ContainerConfig, containerConfig } from '../../api-types/container-config.ts';
import { type HostConfig, hostConfig } from '../../api-types/host-config.ts';
import { decodeBody } from '../../api-types/shape.ts';
import { imageNotFound } from '../../errors/images.ts';
import { networkNotFound } from '../../errors/networks.ts';
import type { Image, ImageRunConfig } from '../../images/image-store.ts';
import type { LayerStore } from '../../layers/layer-store.ts';
import { digestOf } from '../../lib/digest.ts';
import type { ContainerId } from '../../lib/ids.ts';
import type { ContainerNetwork, Endpoint } from '../../networks/container-network.ts';
import { StateDatabase } from '../../state/database.ts';
import { type Containers, createContainers } from '../containers.ts';
import type { ContainerVolumes } from '../context.ts';
import type { CreateRequest } from '../create/create-request.ts';
import { FakeRuntime } from './fake-runtime.ts';

export interface TestEngine {
  readonly containers: Containers;
  readonly runtime: FakeRuntime;
  /** What layers and network were asked, in order. */
  readonly calls: string[];
  /** `action attributes`, in order. */
  readonly events: string[];
  readonly errors: unknown[];
  readonly directory: string;
  /** The same state and host under a new daemon. */
  restart(): Promise<TestEngine>;
}

/** The container verbs on fakes of everything below them, with a real state database. */
export async function testEngine(t: TestContext, image: ImageRunConfig = {}): Promise<TestEngine> {
  const directory = mkdtempSync(join(tmpdir(), 'skiff-containers-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return engineIn(t, directory, image, new FakeRuntime());
}

async function engineIn(
  t: TestContext,
  directory: string,
  image: ImageRunConfig,
  runtime: FakeRuntime,
): Promise<TestEngine> {
  const state = StateDatabase.open(join(directory, 'state.db'));
  t.after(() => state.close());
  const [calls, events, errors]: [string[], string[], unknown[]] = [[], [], []];
  const containers = await createContainers({
    state,
    runtime,
    layers: fakeLayers(directory, calls),
    images: {
      resolve: async (reference) => imageNamed(reference, image),
      commit: async ({ container }) => `sha256:${container}` as Image['id'],
    },
    network: fakeNetwork(calls),
    volumes: fakeVolumes(directory, calls),
    logs: { read: async function* () {} },
    events: {
      publish: ({ action, attributes }) => {
        const { image: _image, name: _name, ...own } = attributes;
        events.push([action, ...Object.entries(own).map(([key, value]) => `${key}=${value}`)].join(' '));
      },
    },
    options: {
      directory: join(directory, 'containers'),
      ociRuntimes: new Map([['crun', 'crun']]),
      defaultRuntime: 'crun',
      defaultLog: { driver: 'json-file', options: {} },
      cgroupParent: '/skiff-test',
      cgroupVersion: 2,
      limits: {
        blockIoWeight: true,
        blockIoWeightDevice: true,
        oomKillDisable: true,
        swappiness: true,
        realtime: true,
        cpus: '0-1',
        memoryNodes: '0',
      },
      apparmor: false,
      journald: false,
      logError: (_message, error) => errors.push(error),
    },
  });
  const restart = () => engineIn(t, directory, image, runtime);
  return { containers, runtime, calls, events, errors, directory, restart };
}

function imageNamed(reference: string, config: ImageRunConfig): Image {
  const id = digestOf('image') as Image['id'];
  if (reference !== 'busybox' && reference !== id) throw imageNotFound(`${reference}:latest`);
  return {
    id,
    topChainId: undefined,
    diffIds: [],
    architecture: 'amd64',
    variant: undefined,
    os: 'linux',
    created: undefined,
    author: undefined,
    config,
    history: [],
  };
}

type WritableLayers = Pick<
  LayerStore,
  | 'createWritable'
  | 'mountWritable'
  | 'unmountWritable'
  | 'removeWritable'
  | 'writableDirectories'
  | 'writableSizeBytes'
  | 'chain'
  | 'sweep'
>;

/** Only what containers use of a layer store. */
function fakeLayers(directory: string, calls: string[]): LayerStore {
  const note = (call: string) => async () => {
    calls.push(call);
  };
  const layers: WritableLayers = {
    createWritable: note('createWritable'),
    mountWritable: async () => {
      calls.push('mountWritable');
      return directory;
    },
    unmountWritable: note('unmountWritable'),
    removeWritable: note('removeWritable'),
    writableDirectories: () => ({ lower: [], upper: '/upper', work: '/work', merged: '/merged' }),
    writableSizeBytes: async () => 5,
    chain: () => [],
    sweep: note('sweep'),
  };
  return layers as LayerStore;
}

function fakeVolumes(root: string, calls: string[]): ContainerVolumes {
  const folder = (name: string) => join(root, 'volumes', name);
  const users = new Map<string, Set<string>>();
  return {
    create: async ({ name, options, labels }) => {
      calls.push(`createVolume ${name}`);
      return { name: name === '' ? 'f'.repeat(64) : name, createdAt: '', options, labels };
    },
    release: () => undefined,
    directory: folder,
    remove: async (name) => void calls.push(`removeVolume ${name}`),
    usersOf: () => [],
    holdPart: async (root, subpath) => ({ path: join(root, subpath), close: async () => undefined }),
    fill: async (name) => void calls.push(`fillVolume ${name}`),
    mount: async (name, user) => {
      calls.push(`mountVolume ${name}`);
      users.set(name, (users.get(name) ?? new Set()).add(user));
      mkdirSync(folder(name), { recursive: true });
      return folder(name);
    },
    unmount: async (name, user) => {
      const used = users.get(name)?.delete(user) === true;
      if (used) calls.push(`unmountVolume ${name}`);
      return used;
    },
  };
}

function fakeNetwork(calls: string[]): ContainerNetwork {
  const endpoint: Endpoint = {
    networkId: 'n',
    networkName: 'bridge',
    endpointId: 'e',
    macAddress: '02:42:ac:11:00:02',
    ipAddress: '172.17.0.2',
    ipPrefixLength: 16,
    gateway: '172.17.0.1',
    ipv6Address: '',
    ipv6PrefixLength: 0,
    ipv6Gateway: '',
    dnsNames: [],
  };
  return {
    publishedPorts: () => [],
    portSockets: () => [],
    closePortSockets: () => undefined,
    prepare: async () => {
      calls.push('prepare');
      return { namespace: { kind: 'private' }, sandbox: { id: 's', key: '/netns/s' }, endpoints: [endpoint] };
    },
    connect: async () => void calls.push('connect'),
    disconnect: async () => void calls.push('disconnect'),
    endpoints: () => [endpoint],
    find: (reference) => {
      throw networkNotFound(reference);
    },
    attach: async () => {
      calls.push('attach');
      return endpoint;
    },
    detach: async () => void calls.push('detach'),
    rename: () => undefined,
    files: async ({ hostname }) => ({ hosts: 'hosts', hostname: `${hostname}\n`, resolvConf: 'resolv' }),
    restore: async () => undefined,
  };
}

/** A request to create, from what a client would send. */
export function createRequest(
  name: string,
  config: Partial<ContainerConfig> = {},
  host: Partial<HostConfig> = {},
): CreateRequest {
  return {
    name,
    config: decodeBody(containerConfig, { Image: 'busybox', Cmd: ['true'], ...config }),
    hostConfig: decodeBody(hostConfig, host),
    networking: undefined,
  };
}

/** Creates and starts one. */
export async function running(
  { containers }: TestEngine,
  name: string,
  config: Partial<ContainerConfig> = {},
  host: Partial<HostConfig> = {},
): Promise<ContainerId> {
  const { id } = await containers.create(createRequest(name, config, host));
  await containers.start(id);
  return id;
}
