/** Of the kernel's account of memory, what Docker hands on, with either version of control groups. */
const OWN_V1 =
  'cache rss rss_huge mapped_file dirty writeback pgpgin pgpgout pgfault pgmajfault inactive_anon active_anon inactive_file active_file unevictable'.split(
    ' ',
  );
const V1 = [
  ...OWN_V1,
  ...OWN_V1.map((name) => `total_${name}`),
  'hierarchical_memory_limit',
  'hierarchical_memsw_limit',
].sort();
const V2 =
  'active_anon active_file anon anon_thp file file_dirty file_mapped file_writeback inactive_anon inactive_file kernel_stack pgactivate pgdeactivate pgfault pglazyfree pglazyfreed pgmajfault pgrefill pgscan pgsteal shmem slab slab_reclaimable slab_unreclaimable sock thp_collapse_alloc thp_fault_alloc unevictable workingset_activate workingset_nodereclaim workingset_refault'.split(
    ' ',
  );

/** Sorted; what this kernel does not count is zero, as clients expect each of them to be there. */
export function memoryFields(fields: ReadonlyMap<string, bigint>): [name: string, value: bigint][] {
  const names = fields.has('hierarchical_memory_limit') ? V1 : V2;
  return names.map((name) => [name, fields.get(name) ?? 0n]);
}
