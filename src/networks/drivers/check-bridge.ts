import { isIP } from 'node:net';
import { EngineError, invalidArgument, messageOf } from '../../errors/engine-error.ts';
import { parseBool, parseDecimalInteger } from '../../lib/go-numbers.ts';
import { familyOf } from '../../lib/ip.ts';
import type { NetworkRecord } from '../../state/networks.ts';
import { isLinkName } from '../endpoint-options.ts';
import { bridgeOf, linkPrefixOf } from './bridge-options.ts';

const BRIDGE = 'com.docker.network.bridge.';
const MTU = 'com.docker.network.driver.mtu';
const LARGEST_MTU = 65_535;

/** The options and subnets of a bridge network. @throws invalid_argument, forbidden with Docker's texts. */
export function checkBridge(network: NetworkRecord, others: readonly NetworkRecord[]): void {
  const { options, subnets } = network;
  for (const name of ['enable_icc', 'enable_ip_masquerade', 'default_bridge', 'inhibit_ipv4']) {
    checkOption(options, `${BRIDGE}${name}`, parseBool);
  }
  checkOption(options, `${BRIDGE}host_binding_ipv4`, (value) => {
    if (isIP(value) !== 4) throw new Error('nil ip');
  });
  checkMtu(options);
  // Two digits are to follow.
  if (!isLinkName(`${linkPrefixOf(network)}00`)) {
    throw invalidArgument(`invalid interface prefix ${JSON.stringify(linkPrefixOf(network))}`);
  }
  if (!network.enableIpv4 && !network.enableIpv6) throw invalidArgument('IPv4 or IPv6 must be enabled');
  for (const family of [4, 6]) {
    if (subnets.filter(({ subnet }) => familyOf(subnet) === family).length > 1) {
      throw new EngineError('forbidden', "bridge driver doesn't support multiple subnets");
    }
  }
  checkName(network, others);
}

function checkOption(options: NetworkRecord['options'], name: string, parse: (value: string) => unknown): void {
  const value = options[name];
  if (value === undefined) return;
  try {
    parse(value);
  } catch (error) {
    throw invalidArgument(`failed to parse ${name} value: ${value} (${messageOf(error)})`, error);
  }
}

function checkMtu(options: NetworkRecord['options']): void {
  checkOption(options, MTU, (value) => parseDecimalInteger(value, 'Atoi'));
  const mtu = Number(options[MTU] ?? '0');
  if (mtu < 0 || mtu > LARGEST_MTU) throw invalidArgument(`invalid MTU number: ${mtu}`);
}

function checkName(network: NetworkRecord, others: readonly NetworkRecord[]): void {
  const bridge = bridgeOf(network);
  if (!isLinkName(bridge)) {
    throw invalidArgument(
      `invalid bridge name ${JSON.stringify(bridge)}: links have names of up to 15 letters, digits, dots, hyphens and underscores`,
    );
  }
  const other = others.find((one) => one.driver === 'bridge' && bridgeOf(one) === bridge);
  if (other === undefined) return;
  throw new EngineError(
    'forbidden',
    `cannot create network ${network.id} (${bridge}): conflicts with network ${other.id} (${bridge}): networks have same bridge name`,
  );
}
