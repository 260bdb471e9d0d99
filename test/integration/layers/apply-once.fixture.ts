/** Applies one layer, as a daemon would. Arguments: the fixture's root, the layer's blob. */
import { join } from 'node:path';
import { DirectoryContentStore } from '../../../src/content/directory-content-store.ts';
import { createLayerStore } from '../../../src/layers/overlay-layer-store.ts';
import { parseDigest } from '../../../src/lib/digest.ts';
import { StateDatabase } from '../../../src/state/database.ts';
import { LinuxSyscalls } from '../../../src/sys/linux.ts';

const [root = '', blob = ''] = process.argv.slice(2);
const store = createLayerStore({
  root: join(root, 'layers'),
  content: new DirectoryContentStore(join(root, 'content')),
  database: StateDatabase.open(join(root, 'state.db')),
  syscalls: new LinuxSyscalls(),
  warn: (message) => console.error(message),
});
await store.apply({ parent: undefined, blob: parseDigest(blob) });
