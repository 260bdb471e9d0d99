import { EngineError } from '../errors/engine-error.ts';
import { type NetworkId, randomId } from '../lib/ids.ts';
import { familyOf } from '../lib/ip.ts';
import { formatNs, nowNs } from '../lib/timestamps.ts';
import type { NetworkRecord } from '../state/networks.ts';
import { checkIpam, subnetsOfIpam } from './addresses/ipam-request.ts';
import { configured } from './configurations.ts';
import type { CreateNetworkRequest } from './create-network-request.ts';
import { CHANGES, type NetworksContext } from './networks-context.ts';
import { publishNetwork } from './publish-network.ts';

/**
 * Makes a network. Its record is kept before anything is made on the host: after a crash in between, the next start
 * makes the rest.
 * @throws conflict for the name, not_found for a configuration, invalid_argument, forbidden for subnets that cannot be had.
 */
export function createNetwork(context: NetworksContext, request: CreateNetworkRequest): Promise<NetworkRecord> {
  return context.locks.run(CHANGES, () => createLocked(context, request));
}

async function createLocked(context: NetworksContext, request: CreateNetworkRequest): Promise<NetworkRecord> {
  const { state, drivers, rules } = context;
  checkIpam(request.ipam);
  if (state.networks().some(({ name }) => name === request.name)) {
    throw new EngineError('conflict', `network with name ${request.name} already exists`);
  }
  const { ipam, ...rest } = configured(state.networks(), request);
  const subnets = subnetsOfIpam(ipam);
  const wanted: NetworkRecord = {
    ...rest,
    id: randomId<NetworkId>(),
    created: formatNs(nowNs()),
    subnets,
    ownFamilies: [...new Set(subnets.map(({ subnet }) => familyOf(subnet)))],
    ipamOptions: ipam.options,
  };
  const driver = drivers[wanted.driver];
  driver.check(wanted, state.networks());
  let made: NetworkRecord | undefined;
  const keep = (network: NetworkRecord): void => {
    state.putNetwork(network);
    made = network;
  };
  try {
    await driver.up(wanted, { inUse: false, keep });
    if (made === undefined) keep(wanted);
    await rules.apply(state.networks());
  } catch (error) {
    await undo(context, wanted, error);
  }
  const network = made ?? wanted;
  publishNetwork(context, network, 'create');
  return network;
}

/** @throws the error, with that of the undoing if there was one. */
async function undo({ state, drivers }: NetworksContext, network: NetworkRecord, error: unknown): Promise<never> {
  state.removeNetwork(network.id);
  try {
    await drivers[network.driver].down(network);
  } catch (second) {
    throw new AggregateError([error, second], `the network ${network.name} could not be made`);
  }
  throw error;
}
