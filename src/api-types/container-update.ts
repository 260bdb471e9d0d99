import { restartPolicy } from './host-config.ts';
import { type Decoded, field, integer, nullable, string, struct } from './shape.ts';

const R = 'UpdateConfig.Resources.';
const int64 = integer('int64');

/**
 * `POST /containers/{id}/update`: what can change while a container runs. Zero, empty and null leave a limit as it is; a
 * policy without a name changes nothing.
 */
export const containerUpdate = struct('container.UpdateConfig', {
  CpuShares: field(int64, R),
  Memory: field(int64, R),
  NanoCpus: field(int64, R),
  BlkioWeight: field(integer('uint16'), R),
  CpuPeriod: field(int64, R),
  CpuQuota: field(int64, R),
  CpuRealtimePeriod: field(int64, R),
  CpuRealtimeRuntime: field(int64, R),
  CpusetCpus: field(string, R),
  CpusetMems: field(string, R),
  MemoryReservation: field(int64, R),
  MemorySwap: field(int64, R),
  PidsLimit: field(nullable(int64), R),
  RestartPolicy: field(restartPolicy),
});
export type ContainerUpdate = Decoded<typeof containerUpdate>;

export interface UpdateResponse {
  readonly Warnings: readonly string[] | null;
}
