import { declareTypes, type GoType } from './go-type.ts';

const types = declareTypes(`
IPAMConfig struct network.IPAMConfig
  Subnet string ?
  IPRange string ?
  Gateway string ?
  AuxAddress map[string]string AuxiliaryAddresses ?
IPAM struct network.IPAM
  Driver string
  Options map[string]string
  Config []IPAMConfig
ConfigFrom struct network.ConfigReference
  Network string
Endpoint struct network.EndpointResource
  Name string
  EndpointID string
  MacAddress string
  IPv4Address string
  IPv6Address string
Peer struct network.PeerInfo
  Name string
  IP string
Network struct network.Inspect
  Name string
  ID string Id
  Created time
  Scope string
  Driver string
  EnableIPv4 bool
  EnableIPv6 bool
  IPAM IPAM
  Internal bool
  Attachable bool
  Ingress bool
  ConfigFrom ConfigFrom
  ConfigOnly bool
  Containers map[string]Endpoint
  Options map[string]string
  Labels map[string]string
  Peers []Peer ?
  Services map[string]any ?
UsageData struct volume.UsageData
  RefCount int
  Size int
Volume struct volume.Volume
  ClusterVolume *any ?
  CreatedAt string ?
  Driver string
  Labels map[string]string
  Mountpoint string
  Name string
  Options map[string]string
  Scope string
  Status map[string]any ?
  UsageData *UsageData ?
`);

/** What `inspect` reads a network into. */
export const networkType: GoType = types.get('Network') ?? { kind: 'any' };

/** What `inspect` reads a volume into. */
export const volumeType: GoType = types.get('Volume') ?? { kind: 'any' };
