import { readFileSync } from 'node:fs';

let mask: bigint | undefined;

/** The bounding set of this process (capabilities(7)) as a mask: no child can have more. Read once. */
export function boundingCapabilities(): bigint {
  if (mask === undefined) {
    const line = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'));
    mask = BigInt(`0x${line?.[1] ?? '0'}`);
  }
  return mask;
}
