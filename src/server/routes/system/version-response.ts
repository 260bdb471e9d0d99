import type { VersionResponse } from '../../../api-types/system.ts';
import { API_VERSION, MIN_API_VERSION } from '../../api-version.ts';
import type { Component, EngineFacts, HostFacts } from './backend.ts';

const GO_ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' };

/** Fields that name Go's tools are Node's here: clients print them, none reads them. */
export function versionResponse(
  engine: EngineFacts,
  host: HostFacts,
  components: readonly Component[],
): VersionResponse {
  const arch = GO_ARCHITECTURES[host.machine] ?? host.machine;
  const runtime = `node${process.versions.node}`;
  return {
    Platform: { Name: '' },
    Components: [
      {
        Name: 'Engine',
        Version: engine.version,
        Details: {
          ApiVersion: API_VERSION,
          Arch: arch,
          BuildTime: engine.buildTime,
          Experimental: 'false',
          GitCommit: engine.gitCommit,
          GoVersion: runtime,
          KernelVersion: host.kernelVersion,
          MinAPIVersion: MIN_API_VERSION,
          Os: 'linux',
        },
      },
      ...components.map(({ name, version, gitCommit }) => ({
        Name: name,
        Version: version,
        Details: { GitCommit: gitCommit },
      })),
    ],
    Version: engine.version,
    ApiVersion: API_VERSION,
    MinAPIVersion: MIN_API_VERSION,
    GitCommit: engine.gitCommit,
    GoVersion: runtime,
    Os: 'linux',
    Arch: arch,
    KernelVersion: host.kernelVersion,
    BuildTime: engine.buildTime,
  };
}
