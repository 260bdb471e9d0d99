import { invalidArgument } from '../../errors/engine-error.ts';

/** `host:port`, `[::1]:port`, `:port` for all addresses, or a port alone. @throws invalid_argument */
export function parseAddress(text: string): { host: string; port: number } {
  const [, host = '', port = ''] = /^(?:(\[[0-9a-fA-F:.]+\]|[^:[\]/\s]*):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === '' || Number(port) > 65535) throw invalidArgument(`invalid address ${JSON.stringify(text)}: host:port`);
  return { host: host === '' ? '::' : host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}
