import { createNetwork } from '../../client/networks.ts';
import { exactly } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { toMap } from '../container/create-options/container-config.ts';
import { label } from '../container/create-options/validate.ts';
import { bool, list, parsedList, string } from '../flags/kinds.ts';
import { ipamConfig } from './ipam-config.ts';

const addresses = (usage: string) => list(usage, { type: 'strings' });
const pairs = (usage: string, short?: string) =>
  list(usage, { type: 'map', defaultText: 'map[]', ...(short === undefined ? {} : { short }) });

export const command = defineCommand({
  usage: '[OPTIONS] NETWORK',
  args: exactly(1),
  flags: {
    attachable: bool('Enable manual container attachment'),
    'aux-address': pairs('Auxiliary IPv4 or IPv6 addresses used by Network driver'),
    'config-from': string('The network from which to copy the configuration'),
    'config-only': bool('Create a configuration only network'),
    driver: string('Driver to manage the Network', { short: 'd', initial: 'bridge' }),
    gateway: addresses('IPv4 or IPv6 Gateway for the master subnet'),
    ingress: bool('Create swarm routing-mesh network'),
    internal: bool('Restrict external access to the network'),
    'ip-range': addresses('Allocate container ip from a sub-range'),
    'ipam-driver': string('IP Address Management Driver', { initial: 'default' }),
    'ipam-opt': pairs('Set IPAM driver specific options'),
    ipv4: bool('Enable or disable IPv4 address assignment', { initial: true }),
    ipv6: bool('Enable or disable IPv6 address assignment'),
    label: parsedList('Set metadata on a network', label),
    opt: pairs('Set driver specific options', 'o'),
    scope: string("Control the network's scope"),
    subnet: addresses('Subnet in CIDR format that represents a network segment'),
  },
  async run({ flags, changed, args, client, io }) {
    const split = (values: readonly string[]) => values.flatMap((value) => value.split(','));
    const id = await createNetwork(client, {
      Name: args[0] ?? '',
      Driver: flags.driver,
      Scope: flags.scope,
      ...(changed('ipv4') ? { EnableIPv4: flags.ipv4 } : {}),
      ...(changed('ipv6') ? { EnableIPv6: flags.ipv6 } : {}),
      IPAM: {
        Driver: flags['ipam-driver'],
        Options: toMap(flags['ipam-opt']),
        Config: ipamConfig({
          subnets: split(flags.subnet),
          ranges: split(flags['ip-range']),
          gateways: split(flags.gateway),
          auxAddresses: toMap(flags['aux-address']),
        }),
      },
      Internal: flags.internal,
      Attachable: flags.attachable,
      Ingress: flags.ingress,
      ConfigOnly: flags['config-only'],
      ConfigFrom: flags['config-from'] === '' ? null : { Network: flags['config-from'] },
      Options: toMap(flags.opt),
      Labels: toMap(flags.label),
    });
    await io.stdout.write(`${id}\n`);
    return 0;
  },
});
