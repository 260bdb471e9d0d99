import { randomBytes } from 'node:crypto';

export type ContainerId = string & { readonly __containerId: unique symbol };
export type ExecId = string & { readonly __execId: unique symbol };
export type NetworkId = string & { readonly __networkId: unique symbol };

/** 64 random hexadecimal digits. Docker refuses IDs whose first 12 are all decimal (they would be taken for numbers). */
export function randomId<T extends string>(): T {
  for (;;) {
    const id = randomBytes(32).toString('hex');
    if (!/^\d{12}/.test(id)) return id as T;
  }
}

export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
