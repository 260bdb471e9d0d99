import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../../errors/engine-error.ts';
import { checkIpam, type IpamConfigRequest, subnetsOfIpam } from './ipam-request.ts';

function ipam(...config: (Partial<IpamConfigRequest> & { subnet: string })[]) {
  return {
    options: null,
    config: config.map((one) => ({ ipRange: '', gateway: '', auxAddresses: {}, ...one })),
  };
}

function problems(...config: Parameters<typeof ipam>): string {
  try {
    checkIpam(ipam(...config));
    return '';
  } catch (error) {
    assert.ok(isEngineError(error, 'invalid_argument'));
    return error.message;
  }
}

test('all that is wrong is told at once', () => {
  const subnet = '10.0.0.0/24';
  assert.equal(problems({ subnet }), '');
  assert.equal(
    problems({ subnet, gateway: 'x', ipRange: '10.1.0.0/25' }, { subnet: 'fd00::1/64' }),
    "invalid network config:\n* invalid ip-range 10.1.0.0/25: parent subnet 10.0.0.0/24 doesn't contain ip-range\n* invalid gateway x: invalid address\n* invalid subnet fd00::1/64: it should be fd00::/64",
  );
  assert.match(problems({ subnet, gateway: 'fd00::1' }), /parent subnet 10\.0\.0\.0\/24 doesn't contain this address/);
});

test('IPv4 comes first, gateways are filled in beside auxiliary addresses, and addresses are in their usual form', () => {
  const filled = subnetsOfIpam(
    ipam(
      { subnet: 'FD00:0:0::/64', gateway: 'FD00::0:9', auxAddresses: { a: 'FD00::A' } },
      { subnet: '10.0.0.0/24', auxAddresses: { router: '10.0.0.1' } },
    ),
  );
  assert.deepEqual(filled, [
    {
      subnet: '10.0.0.0/24',
      gateway: '10.0.0.2',
      showsGateway: false,
      ipRange: '',
      auxAddresses: { router: '10.0.0.1' },
    },
    { subnet: 'fd00::/64', gateway: 'fd00::9', showsGateway: true, ipRange: '', auxAddresses: { a: 'fd00::a' } },
  ]);
});

test('a flood of subnets is refused before they are compared', () => {
  const flood = Array.from({ length: 5000 }, () => ({ subnet: '10.0.0.0/24' }));
  assert.match(problems(...flood), /cannot have more than 64 subnets/);
});
