import { stat } from 'node:fs/promises';
import { internalError } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import { deviceNumbers } from './devices.ts';

interface DeviceRate {
  readonly path: string;
  readonly rate: number;
}

/** Limits of block devices; the devices are named by paths on the host. */
export interface BlockIoOptions {
  /** Zero for none. */
  readonly weight: number;
  readonly weightDevices: readonly { readonly path: string; readonly weight: number }[];
  readonly readBps: readonly DeviceRate[];
  readonly writeBps: readonly DeviceRate[];
  readonly readIops: readonly DeviceRate[];
  readonly writeIops: readonly DeviceRate[];
}

/**
 * In the form of the OCI specification, which names devices by their numbers; undefined when nothing is limited.
 * @throws internal for a device that is not there, with Docker's text.
 */
export async function blockIo(options: BlockIoOptions): Promise<object | undefined> {
  const rates = async (name: string, devices: readonly DeviceRate[]) =>
    devices.length === 0
      ? {}
      : { [name]: await Promise.all(devices.map(async ({ path, rate }) => ({ ...(await numbersOf(path)), rate }))) };
  const weights = await Promise.all(
    options.weightDevices.map(async ({ path, weight }) => ({ ...(await numbersOf(path)), weight })),
  );
  const limits = {
    ...(options.weight > 0 ? { weight: options.weight } : {}),
    ...(weights.length > 0 ? { weightDevice: weights } : {}),
    ...(await rates('throttleReadBpsDevice', options.readBps)),
    ...(await rates('throttleWriteBpsDevice', options.writeBps)),
    ...(await rates('throttleReadIOPSDevice', options.readIops)),
    ...(await rates('throttleWriteIOPSDevice', options.writeIops)),
  };
  return Object.keys(limits).length === 0 ? undefined : limits;
}

async function numbersOf(path: string): Promise<{ readonly major: number; readonly minor: number }> {
  try {
    return deviceNumbers((await stat(path, { bigint: true })).rdev);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) throw internalError(`stat ${path}: no such file or directory`, error);
    throw error;
  }
}
