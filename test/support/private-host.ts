import { randomBytes } from 'node:crypto';
import { type CommandOptions, type CommandResult, mustRun, runCommand } from './command.ts';
import { startDaemon, type TestDaemon } from './daemon.ts';
import { until } from './until.ts';

/** A host that takes longer to answer has dropped the packet. */
const ANSWER_SECONDS = '1';

/**
 * A network namespace that stands for a host, and another one for a second host beside it: firewalls, routes and ports
 * in them are nobody else's. `host` is 198.51.100.1 and 2001:db8:5::1, `other` ends in 2.
 */
export class PrivateHost {
  readonly name = `skh${randomBytes(4).toString('hex')}`;
  readonly other = `${this.name}o`;

  static async create(): Promise<PrivateHost> {
    const host = new PrivateHost();
    for (const name of [host.name, host.other]) await mustRun('ip', ['netns', 'add', name]);
    const pair = `link add out0 netns ${host.name} type veth peer name eth0 netns ${host.other}`;
    await mustRun('ip', pair.split(' '));
    for (const [name, link, last] of [
      [host.name, 'out0', '1'],
      [host.other, 'eth0', '2'],
    ] as const) {
      const lines = [
        'link set lo up',
        `link set ${link} up`,
        `address add 198.51.100.${last}/24 dev ${link}`,
        `address add 2001:db8:5::${last}/64 dev ${link} nodad`,
      ];
      await mustRun('ip', ['-n', name, '-batch', '-'], { input: `${lines.join('\n')}\n` });
    }
    return host;
  }

  /** A daemon that has this as its host. */
  startDaemon(flags: readonly string[] = []): Promise<TestDaemon> {
    return startDaemon(flags, ['nsenter', `--net=/run/netns/${this.name}`]);
  }

  run(command: readonly string[], options?: CommandOptions): Promise<string> {
    return mustRun('nsenter', [`--net=/run/netns/${this.name}`, ...command], options);
  }

  /** In the namespace that stands for the other host. */
  onOther(command: readonly string[], options?: CommandOptions): Promise<string> {
    return mustRun('nsenter', [`--net=/run/netns/${this.other}`, ...command], options);
  }

  /** nft's language. */
  async rules(text: string): Promise<void> {
    await this.run(['nft', '-f', '-'], { input: text });
  }

  async close(): Promise<void> {
    for (const name of [this.name, this.other]) await mustRun('ip', ['netns', 'delete', name]);
  }
}

/** What a web server answers, seen from a namespace (a name below /run/netns, or a path); empty when it cannot be reached. */
export async function fetchFrom(namespace: string, address: string, port: number, path = '/'): Promise<string> {
  const net = namespace.startsWith('/') ? namespace : `/run/netns/${namespace}`;
  const { stdout }: CommandResult = await runCommand(
    'nsenter',
    [`--net=${net}`, 'timeout', ANSWER_SECONDS, 'busybox', 'nc', '-w', ANSWER_SECONDS, address, String(port)],
    { input: `GET ${path} HTTP/1.0\r\n\r\n` },
  );
  return stdout
    .split(/\r?\n\r?\n/)
    .slice(1)
    .join('\n')
    .trim();
}

const WHO = '#!/bin/sh\\necho; echo $REMOTE_ADDR';

/** A command for containers: a web server on port 80 that answers `hello`, and on `/cgi-bin/who` who asked. */
export const WEB_SERVER: readonly string[] = [
  'sh',
  '-c',
  `mkdir -p /w/cgi-bin; printf '${WHO}' > /w/cgi-bin/who; chmod +x /w/cgi-bin/who; echo hello > /w/index.html; exec httpd -f -h /w -p 80`,
];

/** A container with that server, which answers already. */
export async function startWeb(daemon: TestDaemon, args: readonly string[]): Promise<string> {
  const id = (await daemon.skiff(['run', '-d', ...args, 'busybox', ...WEB_SERVER])).trim();
  const namespace = await namespaceOf(daemon, id);
  await until('the web server answers', async () => (await fetchFrom(namespace, '127.0.0.1', 80)) === 'hello');
  return id;
}

/** Where a container's network is pinned. */
export async function namespaceOf(daemon: TestDaemon, container: string): Promise<string> {
  return (await daemon.skiff(['inspect', '-f', '{{.NetworkSettings.SandboxKey}}', container])).trim();
}
