import { declareTypes, type GoType } from './go-type.ts';

const types = declareTypes(`
Plugins struct system.PluginsInfo
  Volume []string
  Network []string
  Authorization []string
  Log []string
Runtime struct system.RuntimeWithStatus
  Path string path ?
  Args []string runtimeArgs ?
  Type string runtimeType ?
  Options map[string]any options ?
  Status map[string]string status ?
Index struct registry.IndexInfo
  Mirrors []string
  Name string
  Official bool
  Secure bool
Registry struct registry.ServiceConfig
  IndexConfigs map[string]*Index
  InsecureRegistryCIDRs []string
  Mirrors []string
Swarm struct swarm.Info
  NodeID string
  NodeAddr string
  LocalNodeState string
  ControlAvailable bool
  Error string
  RemoteManagers []any
  Nodes int ?
  Managers int ?
  Cluster *any ?
  Warnings []string ?
Commit struct system.Commit
  ID string
  Expected string ?
Pool struct system.NetworkAddressPool
  Base string
  Size int
Firewall struct system.FirewallInfo
  Driver string
  Info [][]string ?
Device struct system.DeviceInfo
  Source string
  ID string
Info struct system.Info
  ID string
  Containers int
  ContainersRunning int
  ContainersPaused int
  ContainersStopped int
  Images int
  Driver string
  DriverStatus [][]string
  SystemStatus [][]string ?
  Plugins Plugins
  MemoryLimit bool
  SwapLimit bool
  KernelMemory bool ?
  KernelMemoryTCP bool ?
  CPUCfsPeriod bool CpuCfsPeriod
  CPUCfsQuota bool CpuCfsQuota
  CPUShares bool
  CPUSet bool
  PidsLimit bool
  IPv4Forwarding bool
  BridgeNfIptables bool ?
  BridgeNfIP6tables bool BridgeNfIp6tables ?
  Debug bool
  NFd int
  OomKillDisable bool
  NGoroutines int
  SystemTime string
  LoggingDriver string
  CgroupDriver string
  CgroupVersion string ?
  NEventsListener int
  KernelVersion string
  OperatingSystem string
  OSVersion string
  OSType string
  Architecture string
  IndexServerAddress string
  RegistryConfig *Registry
  NCPU int
  MemTotal int
  GenericResources []any
  DockerRootDir string
  HTTPProxy string HttpProxy
  HTTPSProxy string HttpsProxy
  NoProxy string
  Name string
  Labels []string
  ExperimentalBuild bool
  ServerVersion string
  Runtimes map[string]Runtime
  DefaultRuntime string
  Swarm Swarm
  LiveRestoreEnabled bool
  Isolation string
  InitBinary string
  ContainerdCommit Commit
  RuncCommit Commit
  InitCommit Commit
  SecurityOptions []string
  ProductLicense string ?
  DefaultAddressPools []Pool ?
  FirewallBackend *Firewall ?
  CDISpecDirs []string
  DiscoveredDevices []Device ?
  Containerd *any ?
  Warnings []string
Client struct system.clientInfo
  Debug bool
  Platform *any ?
  Version string ?
  DefaultAPIVersion string ?
  GitCommit string ?
  GoVersion string ?
  Os string ?
  Arch string ?
  BuildTime string ?
  Context string
  Plugins []any
  Warnings []string
DockerInfo struct system.dockerInfo
  embed Info
  ServerErrors []string ?
  ClientInfo *Client ?
  ClientErrors []string ?
`);

/** What `info` shows: the daemon's answer with the client's own words beside it. */
export const infoType: GoType = types.get('DockerInfo') ?? { kind: 'any' };
