import { SyscallError } from '../syscall-error.ts';
import type { ElementChange, NfTables } from './nf-tables.ts';

const ENOENT = 2;
const EEXIST = 17;

/** Stands in for the kernel's tables in unit tests: every set that is named exists. */
export class RecordingNfTables implements NfTables {
  /** What is in the sets: `<table> <set> <key in hexadecimal>`, and the data. */
  readonly elements = new Map<string, string>();
  /** How many times something was asked for. */
  batches = 0;
  readonly forgotten: number[] = [];

  forgetDatagrams(ports: readonly number[]): Promise<void> {
    this.forgotten.push(...ports);
    return Promise.resolve();
  }

  change(changes: readonly ElementChange[]): Promise<void> {
    this.batches++;
    const after = new Map(this.elements);
    for (const { action, table, set, key, data = [] } of changes) {
      const name = `${table} ${set} ${Buffer.concat(key).toString('hex')}`;
      if (action === 'add' && after.has(name)) return Promise.reject(new SyscallError('nfnetlink', EEXIST, name));
      if (action === 'delete' && !after.delete(name))
        return Promise.reject(new SyscallError('nfnetlink', ENOENT, name));
      if (action === 'add') after.set(name, Buffer.concat(data).toString('hex'));
    }
    this.elements.clear();
    for (const [name, data] of after) this.elements.set(name, data);
    return Promise.resolve();
  }
}
