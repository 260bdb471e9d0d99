import { declareTypes, type GoType } from './go-type.ts';

const types = declareTypes(`
Platform struct struct { Name string }
  Name string
Component struct types.ComponentVersion
  Name string
  Version string
  Details map[string]string ?
Client struct system.clientVersion
  Platform *Platform ?
  Version string
  APIVersion string ApiVersion
  DefaultAPIVersion string
  GitCommit string
  GoVersion string
  Os string
  Arch string
  BuildTime string ?
  Context string
Server struct types.Version
  Platform Platform
  Components []Component ?
  Version string
  APIVersion string ApiVersion
  MinAPIVersion string ?
  GitCommit string
  GoVersion string
  Os string
  Arch string
  KernelVersion string ?
  Experimental bool ?
  BuildTime string ?
Version struct system.versionInfo
  Client Client
  Server *Server
`);

/** What `version` shows: both sides. */
export const versionType: GoType = types.get('Version') ?? { kind: 'any' };
