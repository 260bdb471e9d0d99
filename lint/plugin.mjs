import { dirname, resolve } from 'node:path';
import { readImportTable } from './import-table.mjs';

const table = readImportTable();
/** Built-in modules and packages that reach the kernel past Node's own API; only `sys/` may load them. */
const KERNEL_PACKAGES = new Set(['koffi']);
/** Kernel file systems: their formats are `sys/`'s business. */
const KERNEL_PATH = /^\/(proc|sys)(\/|$)/;

/** @returns {{ module: string, path: string } | undefined} the part of `src/` that a file belongs to */
function placeOf(file) {
  const match = /^(?:.*\/)?src\/([a-z-]+)\/(.*)$/.exec(file);
  return match === null ? undefined : { module: match[1], path: match[2] };
}

function forbidden(from, file, specifier, typeOnly) {
  if (!specifier.startsWith('.')) {
    return KERNEL_PACKAGES.has(specifier) && from.module !== 'sys' ? `only sys/ may import ${specifier}` : undefined;
  }
  const to = placeOf(resolve(dirname(file), specifier));
  if (to === undefined) return `${from.module} imports from outside src/: ${specifier}`;
  const allowed = table.get(from.module);
  if (allowed === undefined) return `${from.module} is not in the import table of ARCHITECTURE.md`;
  if (allowed.has(to.module)) return undefined;
  // A route sees the engine only as types, through the interface that its backend.ts declares.
  if (from.module === 'server' && typeOnly && /^routes\/[^/]+\/backend\.ts$/.test(from.path)) return undefined;
  return `${from.module} may not import ${to.module} (import table in ARCHITECTURE.md)`;
}

const importTable = {
  meta: { type: 'problem', docs: { description: 'Imports between modules follow the table in ARCHITECTURE.md.' } },
  create(context) {
    const file = context.filename ?? context.getFilename();
    const from = placeOf(file);
    if (from === undefined || file.endsWith('.test.ts')) return {};
    const check = (node, source, typeOnly) => {
      if (typeof source?.value !== 'string') return;
      const message = forbidden(from, file, source.value, typeOnly);
      if (message !== undefined) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
      ImportExpression: (node) => check(node, node.source, false),
    };
  },
};

const kernelPaths = {
  meta: { type: 'problem', docs: { description: 'Only sys/ reads or writes /proc and /sys of the host.' } },
  create(context) {
    const file = context.filename ?? context.getFilename();
    const from = placeOf(file);
    // The runtime names these paths as seen inside a container, where they are data of the OCI configuration.
    if (from === undefined || ['sys', 'runtime', 'cli', 'errors'].includes(from.module) || file.endsWith('.test.ts'))
      return {};
    const check = (node, text) => {
      if (KERNEL_PATH.test(text)) context.report({ node, message: `only sys/ may touch ${text}` });
    };
    return {
      Literal: (node) => typeof node.value === 'string' && check(node, node.value),
      TemplateElement: (node) => check(node, node.value.raw),
    };
  },
};

export default { meta: { name: 'skiff' }, rules: { 'import-table': importTable, 'kernel-paths': kernelPaths } };
