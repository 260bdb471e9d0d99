/** A step of an eBPF program for the traffic of a link (linux/bpf.h); `to` is a label elsewhere in the program. */
export type BpfStep =
  | { readonly label: string }
  | {
      readonly code: number;
      readonly dst?: number;
      readonly src?: number;
      readonly offset?: number;
      readonly value?: number;
      readonly to?: string;
    };

/** Register 10 is the frame: 512 bytes below it are the program's own. */
export const FRAME = 10;

type Size = 'byte' | 'half' | 'word';
const SIZES: Readonly<Record<Size, number>> = { word: 0x00, half: 0x08, byte: 0x10 };
const LDX = 0x61;
const STX = 0x63;
const ST = 0x62;

export const bpf = {
  label: (label: string): BpfStep => ({ label }),
  set: (dst: number, value: number): BpfStep => ({ code: 0xb7, dst, value }),
  copy: (dst: number, src: number): BpfStep => ({ code: 0xbf, dst, src }),
  add: (dst: number, value: number): BpfStep => ({ code: 0x07, dst, value }),
  addRegister: (dst: number, src: number): BpfStep => ({ code: 0x0f, dst, src }),
  and: (dst: number, value: number): BpfStep => ({ code: 0x57, dst, value }),
  shiftRight: (dst: number, value: number): BpfStep => ({ code: 0x77, dst, value }),
  xor: (dst: number, value: number): BpfStep => ({ code: 0xa7, dst, value }),
  /** Turns 16 bits from or into network order. */
  swapHalf: (dst: number): BpfStep => ({ code: 0xdc, dst, value: 16 }),
  load: (size: Size, dst: number, src: number, offset: number): BpfStep => ({
    code: LDX | SIZES[size],
    dst,
    src,
    offset,
  }),
  store: (size: Size, dst: number, offset: number, src: number): BpfStep => ({
    code: STX | SIZES[size],
    dst,
    offset,
    src,
  }),
  storeValue: (size: Size, dst: number, offset: number, value: number): BpfStep => ({
    code: ST | SIZES[size],
    dst,
    offset,
    value,
  }),
  /** Comparisons look at the lower 32 bits. */
  ifEqual: (dst: number, value: number, to: string): BpfStep => ({ code: 0x16, dst, value, to }),
  unlessEqual: (dst: number, value: number, to: string): BpfStep => ({ code: 0x56, dst, value, to }),
  goTo: (to: string): BpfStep => ({ code: 0x05, to }),
  call: (helper: number): BpfStep => ({ code: 0x85, value: helper }),
  exit: (): BpfStep => ({ code: 0x95 }),
};

const INSTRUCTION_BYTES = 8;

/** struct bpf_insn for each step. */
export function assembleBpf(steps: readonly BpfStep[]): Buffer {
  const positions = new Map<string, number>();
  const code: Exclude<BpfStep, { label: string }>[] = [];
  for (const step of steps) {
    if ('label' in step) positions.set(step.label, code.length);
    else code.push(step);
  }
  const bytes = Buffer.alloc(code.length * INSTRUCTION_BYTES);
  for (const [index, step] of code.entries()) {
    const at = index * INSTRUCTION_BYTES;
    const target = step.to === undefined ? undefined : positions.get(step.to);
    if (step.to !== undefined && target === undefined) throw new RangeError(`the program has no label ${step.to}`);
    bytes.writeUInt8(step.code, at);
    bytes.writeUInt8((step.dst ?? 0) | ((step.src ?? 0) << 4), at + 1);
    bytes.writeInt16LE(target === undefined ? (step.offset ?? 0) : target - index - 1, at + 2);
    bytes.writeInt32LE((step.value ?? 0) | 0, at + 4);
  }
  return bytes;
}
