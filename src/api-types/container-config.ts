import {
  bool,
  type Decoded,
  field,
  int,
  integer,
  list,
  map,
  nullable,
  optional,
  string,
  stringOrList,
  struct,
} from './shape.ts';

const empty = struct('struct {}', {});
const duration = integer('time.Duration');

const healthcheck = struct('container.HealthcheckConfig', {
  Test: optional(list(string)),
  Interval: optional(duration),
  Timeout: optional(duration),
  StartPeriod: optional(duration),
  StartInterval: optional(duration),
  Retries: optional(int),
});

const C = 'Config.';

/** Docker's `container.Config` in the order of its fields: what a container is, wherever it runs. */
export const configFields = {
  Hostname: field(string, C),
  Domainname: field(string, C),
  User: field(string, C),
  AttachStdin: field(bool, C),
  AttachStdout: field(bool, C),
  AttachStderr: field(bool, C),
  ExposedPorts: optional(map(empty, 'nat.PortSet'), C),
  Tty: field(bool, C),
  OpenStdin: field(bool, C),
  StdinOnce: field(bool, C),
  Env: field(list(string), C),
  Cmd: field(stringOrList, C),
  Healthcheck: optional(healthcheck, C),
  ArgsEscaped: optional(bool, C),
  Image: field(string, C),
  Volumes: field(map(empty), C),
  WorkingDir: field(string, C),
  Entrypoint: field(stringOrList, C),
  NetworkDisabled: optional(bool, C),
  MacAddress: optional(string, C),
  OnBuild: field(list(string), C),
  Labels: field(map(string), C),
  StopSignal: optional(string, C),
  StopTimeout: optional(nullable(int), C),
  Shell: optional(stringOrList, C),
} as const;

export const containerConfig = struct('container.Config', configFields);
export type ContainerConfig = Decoded<typeof containerConfig>;
