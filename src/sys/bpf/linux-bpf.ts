import { arch } from 'node:process';
import koffi from 'koffi';
import { check, declare } from '../libc.ts';
import type { Fd } from '../syscalls.ts';

/** bpf(2), for which libc has no function. */
const SYS_BPF = arch === 'arm64' ? 280 : 321;
const BPF_PROG_LOAD = 5;
const SCHED_CLS = 3;
const INSTRUCTION_BYTES = 8;
const NAME_BYTES = 16;

const attributes = koffi.struct('bpf_prog_load_attr', {
  prog_type: 'uint32_t',
  insn_cnt: 'uint32_t',
  insns: 'const uint8_t *',
  license: 'const char *',
  log_level: 'uint32_t',
  log_size: 'uint32_t',
  log_buf: 'void *',
  kern_version: 'uint32_t',
  prog_flags: 'uint32_t',
  prog_name: koffi.array('char', NAME_BYTES),
});

const load = declare<(number: number, command: number, attr: object, size: number) => number>(
  'long syscall(long number, int command, const bpf_prog_load_attr *attr, uint32_t size)',
);

/**
 * Gives a program for the traffic of links to the kernel. The caller closes the descriptor; links keep the program.
 * @throws SyscallError: EPERM or EINVAL where the kernel takes none.
 */
export function loadTrafficProgram(name: string, instructions: Buffer): Fd {
  const fd = load(
    SYS_BPF,
    BPF_PROG_LOAD,
    {
      prog_type: SCHED_CLS,
      insn_cnt: instructions.length / INSTRUCTION_BYTES,
      insns: instructions,
      license: 'Apache-2.0',
      log_level: 0,
      log_size: 0,
      log_buf: null,
      kern_version: 0,
      prog_flags: 0,
      prog_name: name.slice(0, NAME_BYTES - 1),
    },
    koffi.sizeof(attributes),
  );
  return check('bpf', fd, name);
}
