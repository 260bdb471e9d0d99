import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rulesOfNetwork } from './rules-of-network.ts';

const LISTING = `table inet skiff {
	set bridges {
		type ifname
		elements = { "br-one",
			     "br-two",
			     "skiff6" }
	}

	set subnets4 {
		type ipv4_addr
		flags interval
		elements = { 172.18.0.0/16, 172.19.0.0/16 }
	}

	set internal {
		type ifname
		elements = { "br-two" }
	}

	set loopback6 {
		type inet_proto . inet_service
		elements = { tcp . 8080, tcp . 9090 }
	}

	map published4 {
		type inet_proto . inet_service : ipv4_addr . inet_service
		elements = { tcp . 8080 comment "web" : 172.18.0.2 . 80,
			     tcp . 9090 comment "other" : 172.19.0.2 . 80 }
	}

	map published6 {
		type inet_proto . inet_service : ipv6_addr . inet_service
		elements = { tcp . 8080 comment "web" : fd64::172.18.0.2 . 80,
			     tcp . 9090 comment "other" : fd64::172.19.0.2 . 80 }
	}

	chain forward {
		oifname @bridges drop
	}
}
`;
const ONE = {
  name: 'one',
  bridge: 'br-one',
  subnets: ['172.18.0.0/16'],
  icc: true,
  internal: false,
  masquerade: true,
};

test('of every set and map the elements of the network are shown, and the chains as they are', () => {
  const text = rulesOfNetwork(LISTING, ONE, [], (address) => `fd64::${address}`);
  assert.match(text, /elements = \{ "br-one" \}/);
  assert.match(text, /elements = \{ 172\.18\.0\.0\/16 \}/);
  assert.match(text, /tcp \. 8080 comment "web" : 172\.18\.0\.2 \. 80/);
  assert.match(text, /chain forward \{\n\t\toifname @bridges drop/);
  assert.doesNotMatch(text, /br-two|172\.19|9090|set internal|skiff6/);
});

test('a network without a bridge has none', () => {
  assert.match(
    rulesOfNetwork(LISTING, undefined, [], () => ''),
    /no rules/,
  );
});
