import { SyscallError } from '../syscall-error.ts';
import type { RouteMessage } from './netlink.ts';
import type { LinkInfo, RouteNetlink, RouteSocket } from './route-netlink.ts';

/** Stands in for the kernel's rtnetlink in unit tests. Every link that is asked for exists, unless `missing` has it. */
export class RecordingRouteNetlink implements RouteNetlink {
  /** What was asked of which namespace, in order: `<path> <what>`, with `host` for the daemon's own. */
  readonly calls: string[] = [];
  readonly missing = new Set<string>();
  /** What a list of links shows. */
  links: readonly LinkInfo[] = [];
  /** How often links are still said not to be operational. */
  settlesAfter = 0;
  #failure: { what: string; errno: number } | undefined;
  #open = 0;

  /** Sockets that were not closed. */
  get openSockets(): number {
    return this.#open;
  }

  /** The next request for `what` fails with this errno. */
  failNext(what: string, errno: number): void {
    this.#failure = { what, errno };
  }

  open(namespacePath = 'host'): RouteSocket {
    this.#open++;
    return {
      linkIndex: (name) => (this.missing.has(name) ? undefined : 2),
      request: async (messages) => this.#request(namespacePath, messages),
      areOperational: async () => this.settlesAfter-- <= 0,
      link: async (name) => this.links.find((link) => link.name === name),
      links: async () => [...this.links],
      close: () => {
        this.#open--;
      },
    };
  }

  #request(namespacePath: string, messages: readonly RouteMessage[]): void {
    this.calls.push(...messages.map(({ what }) => `${namespacePath} ${what}`));
    const failure = this.#failure;
    if (failure === undefined || !messages.some(({ what }) => what === failure.what)) return;
    this.#failure = undefined;
    throw new SyscallError('rtnetlink', failure.errno, failure.what);
  }

  setSysctl(name: string, value: string, namespacePath = 'host'): boolean {
    this.calls.push(`${namespacePath} ${name} = ${value}`);
    return true;
  }
}
