import type { EndpointSettingsBody } from '../../api-types/container-create.ts';
import type { EndpointSettings } from '../../state/networks.ts';

/** What a client asked for, as it is kept. */
export function endpointSettings(body: EndpointSettingsBody): EndpointSettings {
  const { IPAMConfig: ipam } = body;
  return {
    ipam:
      ipam === null || ipam === undefined
        ? null
        : {
            ...(ipam.IPv4Address ? { ipv4Address: ipam.IPv4Address } : {}),
            ...(ipam.IPv6Address ? { ipv6Address: ipam.IPv6Address } : {}),
            ...(ipam.LinkLocalIPs ? { linkLocalIps: ipam.LinkLocalIPs } : {}),
          },
    links: body.Links,
    aliases: body.Aliases,
    macAddress: body.MacAddress,
    driverOptions: body.DriverOpts,
    gatewayPriority: body.GwPriority ?? 0,
  };
}
