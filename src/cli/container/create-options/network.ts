import { parseCsvRecord } from '../../../lib/csv-record.ts';
import { parseDecimalInteger } from '../../../lib/go-numbers.ts';

/** One `--network`: a name, or fields that belong to this network alone. */
export interface NetworkRequest {
  target: string;
  aliases: string[];
  driverOpts: Record<string, string>;
  ipv4: string;
  ipv6: string;
  linkLocalIps: string[];
  mac: string;
  gatewayPriority: number;
}

/** `name`, or `name=net,alias=web,ip=…,driver-opt=key=value,gw-priority=1`. */
export function parseNetwork(text: string): NetworkRequest {
  const network: NetworkRequest = {
    target: text,
    aliases: [],
    driverOpts: {},
    ipv4: '',
    ipv6: '',
    linkLocalIps: [],
    mac: '',
    gatewayPriority: 0,
  };
  if (!/\w+=\w+/.test(text)) return network;
  network.target = '';
  for (const field of parseCsvRecord(text)) {
    const [key, value] = cut(field.toLowerCase());
    if (key === '' || value === undefined) throw new Error(`invalid field ${field}`);
    applyField(network, key.trim(), value.trim());
  }
  if (network.target === '') throw new Error('network name/id is not specified');
  return network;
}

function applyField(network: NetworkRequest, key: string, value: string): void {
  switch (key) {
    case 'name':
      network.target = value;
      return;
    case 'alias':
      network.aliases.push(value);
      return;
    case 'ip':
      network.ipv4 = value;
      return;
    case 'ip6':
      network.ipv6 = value;
      return;
    case 'mac-address':
      network.mac = value;
      return;
    case 'link-local-ip':
      network.linkLocalIps.push(value);
      return;
    case 'driver-opt': {
      const [name, option] = cut(value);
      if (name === '' || option === undefined) throw new Error(`invalid key value pair format in driver options`);
      network.driverOpts[name.trim()] = option.trim();
      return;
    }
    case 'gw-priority':
      network.gatewayPriority = gatewayPriority(value);
      return;
    default:
      throw new Error(`invalid field key ${key}`);
  }
}

function gatewayPriority(value: string): number {
  try {
    return parseDecimalInteger(value);
  } catch (error) {
    const reason = /out of range/.test(String(error)) ? 'value out of range' : 'invalid syntax';
    throw new Error(`invalid gw-priority (${value}): ${reason}`, { cause: error });
  }
}

function cut(text: string): [string, string | undefined] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}
