import { invalidArgument } from '../../errors/engine-error.ts';

export const DEFAULT_HOST = 'unix:///run/skiff.sock';
const DEFAULT_PORT = 2375;

/** An address that the API is served on. */
export type Host =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number }
  /** Sockets that systemd hands over: all of them, or the one with this number. */
  | { readonly kind: 'fd'; readonly number: number | undefined };

/** Reads `unix:///path`, `tcp://address:port` and `fd://`. @throws invalid_argument with dockerd's text. */
export function parseHost(text: string): Host {
  const [, protocol = '', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/s.exec(text.trim()) ?? [];
  if (protocol === 'unix') return parseUnix(text, rest);
  if (protocol === 'fd') return parseFd(text, rest);
  if (protocol === 'tcp' || protocol === '') return parseTcp(text, rest);
  throw invalidArgument(`invalid bind address (${text}): unsupported proto '${protocol}'`);
}

function parseUnix(text: string, path: string): Host {
  if (path !== '' && !path.startsWith('/'))
    throw invalidArgument(`invalid bind address (${text}): path must be absolute`);
  return { kind: 'unix', path: path === '' ? DEFAULT_HOST.slice('unix://'.length) : path };
}

function parseFd(text: string, rest: string): Host {
  if (rest === '' || rest === '*') return { kind: 'fd', number: undefined };
  if (!/^\d+$/.test(rest)) throw invalidArgument(`invalid bind address (${text}): no number of a descriptor`);
  return { kind: 'fd', number: Number(rest) };
}

function parseTcp(text: string, rest: string): Host {
  const url = URL.parse(`http://${rest === '' ? 'localhost' : rest.replace(/^:/, '0.0.0.0:')}`);
  if (url === null || url.pathname !== '/' || url.username !== '')
    throw invalidArgument(`invalid bind address (${text})`);
  const port = rest.endsWith(':80') ? 80 : Number(url.port || DEFAULT_PORT);
  return { kind: 'tcp', address: url.hostname.replace(/^\[(.*)\]$/, '$1'), port };
}

/** As the log names it: `API listen on /run/skiff.sock`. */
export function describeHost(host: Host): string {
  if (host.kind === 'unix') return host.path;
  if (host.kind === 'tcp') return `${host.address.includes(':') ? `[${host.address}]` : host.address}:${host.port}`;
  return host.number === undefined ? 'fd://' : `fd://${host.number}`;
}
