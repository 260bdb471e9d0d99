import { declareTypes, type GoType } from './go-type.ts';

const types = declareTypes(`
Port struct nat.PortBinding
  HostIP string HostIp
  HostPort string
Probe struct container.HealthcheckResult
  Start time
  End time
  ExitCode int
  Output string
Health struct container.Health
  Status string
  FailingStreak int
  Log []*Probe
State struct container.State
  Status string
  Running bool
  Paused bool
  Restarting bool
  OOMKilled bool
  Dead bool
  Pid int
  ExitCode int
  Error string
  StartedAt string
  FinishedAt string
  Health *Health ?
LogConfig struct container.LogConfig
  Type string
  Config map[string]string
RestartPolicy struct container.RestartPolicy
  Name string
  MaximumRetryCount int
WeightDevice struct blkiodev.WeightDevice
  Path string
  Weight int
ThrottleDevice struct blkiodev.ThrottleDevice
  Path string
  Rate int
DeviceMapping struct container.DeviceMapping
  PathOnHost string
  PathInContainer string
  CgroupPermissions string
DeviceRequest struct container.DeviceRequest
  Driver string
  Count int
  DeviceIDs []string
  Capabilities [][]string
  Options map[string]string
Ulimit struct units.Ulimit
  Name string
  Hard int
  Soft int
Resources struct container.Resources
  CPUShares int CpuShares
  Memory int
  NanoCPUs int NanoCpus
  CgroupParent string
  BlkioWeight int
  BlkioWeightDevice []*WeightDevice
  BlkioDeviceReadBps []*ThrottleDevice
  BlkioDeviceWriteBps []*ThrottleDevice
  BlkioDeviceReadIOps []*ThrottleDevice
  BlkioDeviceWriteIOps []*ThrottleDevice
  CPUPeriod int CpuPeriod
  CPUQuota int CpuQuota
  CPURealtimePeriod int CpuRealtimePeriod
  CPURealtimeRuntime int CpuRealtimeRuntime
  CpusetCpus string
  CpusetMems string
  Devices []DeviceMapping
  DeviceCgroupRules []string
  DeviceRequests []DeviceRequest
  KernelMemory int ?
  KernelMemoryTCP int ?
  MemoryReservation int
  MemorySwap int
  MemorySwappiness *int
  OomKillDisable *bool
  PidsLimit *int
  Ulimits []*Ulimit
  CPUCount int CpuCount
  CPUPercent int CpuPercent
  IOMaximumIOps int
  IOMaximumBandwidth int
BindOptions struct mount.BindOptions
  Propagation string ?
  NonRecursive bool ?
  CreateMountpoint bool ?
  ReadOnlyNonRecursive bool ?
  ReadOnlyForceRecursive bool ?
VolumeDriver struct mount.Driver
  Name string ?
  Options map[string]string ?
VolumeOptions struct mount.VolumeOptions
  NoCopy bool ?
  Labels map[string]string ?
  Subpath string ?
  DriverConfig *VolumeDriver ?
TmpfsOptions struct mount.TmpfsOptions
  SizeBytes int ?
  Mode int ?
  Options [][]string ?
ImageOptions struct mount.ImageOptions
  Subpath string ?
Mount struct mount.Mount
  Type string ?
  Source string ?
  Target string ?
  ReadOnly bool ?
  Consistency string ?
  BindOptions *BindOptions ?
  VolumeOptions *VolumeOptions ?
  ImageOptions *ImageOptions ?
  TmpfsOptions *TmpfsOptions ?
HostConfig struct container.HostConfig
  Binds []string
  ContainerIDFile string
  LogConfig LogConfig
  NetworkMode string
  PortBindings map[nat.Port][]Port
  RestartPolicy RestartPolicy
  AutoRemove bool
  VolumeDriver string
  VolumesFrom []string
  ConsoleSize []int
  Annotations map[string]string ?
  CapAdd []string
  CapDrop []string
  CgroupnsMode string
  DNS []string Dns
  DNSOptions []string DnsOptions
  DNSSearch []string DnsSearch
  ExtraHosts []string
  GroupAdd []string
  IpcMode string
  Cgroup string
  Links []string
  OomScoreAdj int
  PidMode string
  Privileged bool
  PublishAllPorts bool
  ReadonlyRootfs bool
  SecurityOpt []string
  StorageOpt map[string]string ?
  Tmpfs map[string]string ?
  UTSMode string
  UsernsMode string
  ShmSize int
  Sysctls map[string]string ?
  Runtime string ?
  Isolation string
  embed Resources
  Mounts []Mount ?
  MaskedPaths []string
  ReadonlyPaths []string
  Init *bool ?
HealthConfig struct v1.HealthcheckConfig
  Test []string ?
  Interval duration ?
  Timeout duration ?
  StartPeriod duration ?
  StartInterval duration ?
  Retries int ?
Config struct container.Config
  Hostname string
  Domainname string
  User string
  AttachStdin bool
  AttachStdout bool
  AttachStderr bool
  ExposedPorts map[nat.Port]struct{} ?
  Tty bool
  OpenStdin bool
  StdinOnce bool
  Env []string
  Cmd []string
  Healthcheck *HealthConfig ?
  ArgsEscaped bool ?
  Image string
  Volumes map[string]struct{}
  WorkingDir string
  Entrypoint []string
  NetworkDisabled bool ?
  MacAddress string ?
  OnBuild []string
  Labels map[string]string
  StopSignal string ?
  StopTimeout *int ?
  Shell []string ?
GraphDriver struct storage.DriverData
  Data map[string]string
  Name string
MountPoint struct container.MountPoint
  Type string ?
  Name string ?
  Source string
  Destination string
  Driver string ?
  Mode string
  RW bool
  Propagation string
Address struct network.Address
  Addr string
  PrefixLen int
IPAMConfig struct network.EndpointIPAMConfig
  IPv4Address string ?
  IPv6Address string ?
  LinkLocalIPs []string ?
Endpoint struct network.EndpointSettings
  IPAMConfig *IPAMConfig
  Links []string
  Aliases []string
  MacAddress string
  DriverOpts map[string]string
  GwPriority int
  NetworkID string
  EndpointID string
  Gateway string
  IPAddress string
  IPPrefixLen int
  IPv6Gateway string
  GlobalIPv6Address string
  GlobalIPv6PrefixLen int
  DNSNames []string
NetworkSettingsBase struct container.NetworkSettingsBase
  Bridge string
  SandboxID string
  SandboxKey string
  Ports map[nat.Port][]Port
  HairpinMode bool
  LinkLocalIPv6Address string
  LinkLocalIPv6PrefixLen int
  SecondaryIPAddresses []Address
  SecondaryIPv6Addresses []Address
DefaultNetworkSettings struct container.DefaultNetworkSettings
  EndpointID string
  Gateway string
  GlobalIPv6Address string
  GlobalIPv6PrefixLen int
  IPAddress string
  IPPrefixLen int
  IPv6Gateway string
  MacAddress string
NetworkSettings struct container.NetworkSettings
  embed NetworkSettingsBase
  embed DefaultNetworkSettings
  Networks map[string]*Endpoint
Descriptor struct v1.Descriptor
  MediaType string mediaType
  Digest string digest
  Size int size
Container struct container.InspectResponse
  ID string Id
  Created string
  Path string
  Args []string
  State *State
  Image string
  ResolvConfPath string
  HostnamePath string
  HostsPath string
  LogPath string
  Name string
  RestartCount int
  Driver string
  Platform string
  MountLabel string
  ProcessLabel string
  AppArmorProfile string
  ExecIDs []string
  HostConfig *HostConfig
  GraphDriver GraphDriver
  SizeRw *int ?
  SizeRootFs *int ?
  Mounts []MountPoint
  Config *Config
  NetworkSettings *NetworkSettings
  ImageManifestDescriptor *Descriptor ?
`);

/** What `inspect` reads a container into. */
export const containerType: GoType = types.get('Container') ?? { kind: 'any' };
