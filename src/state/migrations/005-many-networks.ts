import type { Migration } from './migration.ts';

/**
 * A container may be in several networks, each with subnets of both families. IPv6 addresses are unique per network by
 * constraint, as IPv4 ones are; what the documents held for one network becomes a list of one.
 */
export const manyNetworksMigration: Migration = {
  name: 'many networks',
  sql: `
    ALTER TABLE endpoints ADD COLUMN address6 TEXT;
    CREATE UNIQUE INDEX endpoints_by_address6 ON endpoints (network_id, address6);
    UPDATE networks SET document = json_remove(json_set(document,
      '$.subnets', CASE WHEN document ->> '$.subnet' = '' THEN json_array() ELSE json_array(json_object(
        'subnet', document ->> '$.subnet', 'gateway', document ->> '$.gateway', 'showsGateway', json('true'),
        'ipRange', '', 'auxAddresses', json_object()
      )) END,
      '$.ownFamilies', json_array(), '$.enableIpv4', json('true'), '$.enableIpv6', json('false'),
      '$.internal', json('false'), '$.attachable', json('false'), '$.ipamOptions', json('null')
    ), '$.subnet', '$.gateway');
    UPDATE endpoints SET document = json_remove(json_set(document,
      '$.linkName', CASE WHEN document ->> '$.address' = '' THEN '' ELSE 'eth0' END,
      '$.ipv4Address', document ->> '$.address', '$.ipv6Address', '',
      '$.settings', json_object('ipam', null, 'links', null, 'aliases', null, 'macAddress', '', 'driverOptions', null,
        'gatewayPriority', 0),
      '$.dnsNames', json_array()
    ), '$.address');
    UPDATE containers SET document = json_remove(json_set(document,
      '$.networks', CASE WHEN document ->> '$.hostConfig.NetworkMode' LIKE 'container:%' THEN json_array()
        ELSE json_array(json_object(
          'network', coalesce(document ->> '$.endpoint.networkId', document ->> '$.hostConfig.NetworkMode'),
          'name', coalesce(document ->> '$.endpoint.networkName', document ->> '$.hostConfig.NetworkMode'),
          'settings', json_object('ipam', null, 'links', null, 'aliases', null,
            'macAddress', document ->> '$.macAddress', 'driverOptions', null, 'gatewayPriority', 0),
          'endpoint', json(coalesce(json_set(document -> '$.endpoint', '$.ipv6Address', '', '$.ipv6PrefixLength', 0,
            '$.ipv6Gateway', '', '$.dnsNames', json_array()), 'null'))
        )) END,
      '$.sandbox', CASE WHEN document -> '$.endpoint' IS NULL THEN json('null') ELSE json_object(
        'id', document ->> '$.endpoint.sandboxId', 'key', document ->> '$.endpoint.sandboxKey') END
    ), '$.endpoint', '$.macAddress');
  `,
};
