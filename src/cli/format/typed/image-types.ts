import { declareTypes, type GoType } from './go-type.ts';

const types = declareTypes(`
HealthConfig struct v1.HealthcheckConfig
  Test []string ?
  Interval duration ?
  Timeout duration ?
  StartPeriod duration ?
  StartInterval duration ?
  Retries int ?
ImageConfig struct v1.ImageConfig
  User string ?
  ExposedPorts map[string]struct{} ?
  Env []string ?
  Entrypoint []string ?
  Cmd []string ?
  Volumes map[string]struct{} ?
  WorkingDir string ?
  Labels map[string]string ?
  StopSignal string ?
  ArgsEscaped bool ?
DockerOCIImageConfigExt struct v1.DockerOCIImageConfigExt
  Healthcheck *HealthConfig ?
  OnBuild []string ?
  Shell []string ?
Config struct v1.DockerOCIImageConfig
  embed ImageConfig
  embed DockerOCIImageConfigExt
GraphDriver struct storage.DriverData
  Data map[string]string
  Name string
RootFS struct image.RootFS
  Type string ?
  Layers []string ?
Metadata struct image.Metadata
  LastTagTime time ?
Descriptor struct v1.Descriptor
  MediaType string mediaType
  Digest string digest
  Size int size
Image struct image.InspectResponse
  ID string Id
  RepoTags []string
  RepoDigests []string
  Parent string
  Comment string
  Created string ?
  Container string ?
  ContainerConfig any ?
  DockerVersion string
  Author string
  Config *Config
  Architecture string
  Variant string ?
  Os string
  OsVersion string ?
  Size int
  VirtualSize int ?
  GraphDriver GraphDriver
  RootFS RootFS
  Metadata Metadata
  Descriptor *Descriptor ?
  Manifests []any ?
`);

/** What `inspect` reads an image into. */
export const imageType: GoType = types.get('Image') ?? { kind: 'any' };
