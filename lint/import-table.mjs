import { readFileSync } from 'node:fs';

/**
 * Reads the import table out of ARCHITECTURE.md, so that the document and the lint rule cannot drift apart.
 * @returns {Map<string, Set<string>>} module → the modules that it may import
 */
export function readImportTable(path = new URL('../ARCHITECTURE.md', import.meta.url)) {
  const text = readFileSync(path, 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith('Import table'));
  if (section === undefined) throw new Error(`${path}: no section "Import table"`);
  const table = new Map();
  for (const [, module, allowed] of section.matchAll(/^\| ([a-z-]+) +\| ([a-z, –-]+?) +\|$/gm)) {
    if (module === 'module') continue;
    const names = allowed.trim() === '–' ? [] : allowed.split(',').map((name) => name.trim());
    table.set(module, new Set([module, 'errors', ...(module === 'errors' ? [] : ['lib']), ...names]));
  }
  if (table.size === 0) throw new Error(`${path}: the import table has no rows`);
  return table;
}
