import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerId } from '../../src/lib/ids.ts';
import { randomId } from '../../src/lib/ids.ts';
import type { NetworkAttachment, NetworkRequest } from '../../src/networks/container-network.ts';
import { createNetworks, type NetworksOptions } from '../../src/networks/create-networks.ts';
import type { Networks } from '../../src/networks/networks.ts';
import { StateDatabase } from '../../src/state/database.ts';
import { plainSettings } from '../../src/state/networks.ts';
import { loadTrafficProgram } from '../../src/sys/bpf/linux-bpf.ts';
import { LinuxSyscalls } from '../../src/sys/linux.ts';
import { LinuxRouteNetlink } from '../../src/sys/netlink/linux-route-netlink.ts';
import { LinuxNfTables } from '../../src/sys/nf-tables/linux-nf-tables.ts';
import { LinuxNamespaceSockets } from '../../src/sys/sockets/linux-namespace-sockets.ts';
import { LinuxPortSockets } from '../../src/sys/sockets/linux-port-sockets.ts';
import { runCommand } from './command.ts';
import { daemonTag, findLeaks } from './leaks.ts';
import { until } from './until.ts';

type Overrides = Partial<Pick<NetworksOptions, 'bip' | 'icc' | 'pools' | 'hostFiles' | 'dns' | 'lockPath'>>;

/** The networks of one daemon, without the daemon: with a state database, exec root, bridge and table of its own. */
export class OwnNetworks {
  readonly root = mkdtempSync(join(tmpdir(), 'skn-'));
  readonly tag = daemonTag(this.root);
  readonly bridge = `skiff_${this.tag}`;
  readonly events: string[] = [];
  readonly warnings: string[] = [];
  #state = StateDatabase.open(join(this.root, 'state.db'));

  /** As a daemon that has just been started on this data root would make them. */
  open(overrides: Overrides = {}): Networks {
    this.#state.close();
    this.#state = StateDatabase.open(join(this.root, 'state.db'));
    return createNetworks({
      execRoot: this.root,
      state: this.#state,
      syscalls: new LinuxSyscalls(),
      netlink: new LinuxRouteNetlink(),
      nfTables: new LinuxNfTables(),
      portSockets: new LinuxPortSockets(),
      loadTrafficProgram: async (...program) => loadTrafficProgram(...program),
      namespaceSockets: new LinuxNamespaceSockets(),
      events: { publish: ({ action, attributes }) => this.events.push(`${action} ${attributes['name']}`) },
      warn: (message) => this.warnings.push(message),
      daemonTag: this.tag,
      ...overrides,
    });
  }

  /** Removes everything, and fails when anything is left on the host then. */
  async close(): Promise<void> {
    await this.open().teardown();
    this.#state.close();
    await until('networks leave the host as it was', async () => (await findLeaks(this.root, this.tag)).length === 0);
    await rm(this.root, { recursive: true });
  }
}

/** A request of a container that does not exist otherwise. */
export function requestFor(network: string, settings: Partial<NetworkAttachment['settings']> = {}): NetworkRequest {
  const id = randomId<ContainerId>();
  return {
    id,
    name: 'box',
    hostname: id.slice(0, 12),
    ports: [],
    configuresNetwork: false,
    networks: [{ network, settings: { ...plainSettings, ...settings } }],
  };
}

/** Runs a command in the namespace pinned at `path`; gives back what it writes, whatever its exit status. */
export async function inNamespace(path: string, ...command: readonly string[]): Promise<string> {
  const { stdout, stderr } = await runCommand('nsenter', [`--net=${path}`, ...command]);
  return stdout + stderr;
}
