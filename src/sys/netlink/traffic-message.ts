import { attribute, nested, type RouteMessage, text, u32 } from './netlink.ts';

// linux/rtnetlink.h, linux/pkt_sched.h, linux/pkt_cls.h
const RTM = { NEWQDISC: 36, NEWTFILTER: 44 } as const;
const NLM_F = { REQUEST: 0x1, ACK: 0x4, REPLACE: 0x100, CREATE: 0x400 } as const;
const TC_H_CLSACT = 0xfffffff1;
const PARENTS = { incoming: 0xfffffff2, outgoing: 0xfffffff3 } as const;
const CLSACT_HANDLE = 0xffff0000;
const TCA = { KIND: 1, OPTIONS: 2 } as const;
const TCA_BPF = { OPS_LEN: 4, OPS: 5, FD: 6, NAME: 7, FLAGS: 8 } as const;
const ACT_DIRECT = 1;
const ETH_P_ALL = 3;
const FIRST = 1;
const CLASSIC_INSTRUCTION_BYTES = 8;

/** What a program may decide about a packet. */
export const VERDICT = { goOn: 0xffffffff, drop: 2 } as const;

export interface TrafficProgram {
  readonly linkIndex: number;
  /** What the link is called in errors. */
  readonly link: string;
  readonly direction: keyof typeof PARENTS;
  /** Shown by `tc filter show`. */
  readonly name: string;
  /** A classic BPF program, or the descriptor of a loaded eBPF one. */
  readonly program: Buffer | number;
}

/** Makes a program decide about the packets of a link, in place of the one that did before. It goes with the link. */
export function runOnTraffic({ linkIndex, link, direction, name, program }: TrafficProgram): RouteMessage[] {
  const flags = NLM_F.REQUEST | NLM_F.ACK | NLM_F.CREATE | NLM_F.REPLACE;
  const priorityAndProtocol = ((FIRST << 16) | (ETH_P_ALL << 8)) >>> 0;
  const source =
    typeof program === 'number'
      ? [attribute(TCA_BPF.FD, u32(program))]
      : [attribute(TCA_BPF.OPS_LEN, u16(program.length / CLASSIC_INSTRUCTION_BYTES)), attribute(TCA_BPF.OPS, program)];
  return [
    {
      what: `hook into ${link}`,
      type: RTM.NEWQDISC,
      flags,
      body: Buffer.concat([header(linkIndex, CLSACT_HANDLE, TC_H_CLSACT, 0), attribute(TCA.KIND, text('clsact'))]),
    },
    {
      what: `run a program on ${link}`,
      type: RTM.NEWTFILTER,
      flags,
      body: Buffer.concat([
        header(linkIndex, FIRST, PARENTS[direction], priorityAndProtocol),
        attribute(TCA.KIND, text('bpf')),
        nested(TCA.OPTIONS, ...source, attribute(TCA_BPF.NAME, text(name)), attribute(TCA_BPF.FLAGS, u32(ACT_DIRECT))),
      ]),
    },
  ];
}

/** struct tcmsg */
function header(linkIndex: number, handle: number, parent: number, info: number): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeInt32LE(linkIndex, 4);
  bytes.writeUInt32LE(handle, 8);
  bytes.writeUInt32LE(parent, 12);
  bytes.writeUInt32LE(info, 16);
  return bytes;
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
