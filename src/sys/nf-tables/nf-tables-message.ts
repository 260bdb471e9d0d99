import { attribute, nested, type RouteMessage, text, u32 } from '../netlink/netlink.ts';
import type { ElementChange } from './nf-tables.ts';

// linux/netfilter/nfnetlink.h, linux/netfilter/nf_tables.h, linux/netfilter/nfnetlink_conntrack.h
const NFNL_SUBSYS_CTNETLINK = 1;
const IPCTNL_MSG_CT_DELETE = 2;
const CTA = { TUPLE_ORIG: 1, FILTER: 25 } as const;
const CTA_TUPLE_PROTO = 2;
const CTA_PROTO = { NUM: 1, DST_PORT: 3 } as const;
const CTA_FILTER_ORIG_FLAGS = 1;
/** CTA_FILTER_F_CTA_PROTO_NUM and CTA_FILTER_F_CTA_PROTO_DST_PORT. */
const BY_PROTOCOL_AND_PORT = 0x28;
const AF_INET = 2;
const AF_INET6 = 10;
const IPPROTO_UDP = 17;
const NFPROTO_UNSPEC = 0;
const NFPROTO_INET = 1;
const NFNL_SUBSYS_NFTABLES = 10;
const NFNL_MSG_BATCH_BEGIN = 16;
const NFNL_MSG_BATCH_END = 17;
const NFT_MSG_NEWSETELEM = 12;
const NFT_MSG_DELSETELEM = 14;
const NLM_F = { REQUEST: 0x1, ACK: 0x4, CREATE: 0x400 } as const;
const NFTA_SET_ELEM_LIST = { TABLE: 1, SET: 2, ELEMENTS: 3 } as const;
const NFTA_LIST_ELEM = 1;
const NFTA_SET_ELEM = { KEY: 1, DATA: 2, USERDATA: 6 } as const;
const NFTA_DATA_VALUE = 1;
/** libnftnl's own: the first kind of what it keeps beside an element is its comment. */
const UDATA_COMMENT = 0;
const COMMENT_BYTES = 128;
/** An element's fields lie in the kernel's 32-bit registers. */
const REGISTER_BYTES = 4;

/** struct nfgenmsg */
function header(family: number, resource: number): Buffer {
  const bytes = Buffer.from([family, 0, 0, 0]);
  bytes.writeUInt16BE(resource, 2);
  return bytes;
}

function batch(what: string, type: number): RouteMessage {
  return { what, type, flags: NLM_F.REQUEST, body: header(NFPROTO_UNSPEC, NFNL_SUBSYS_NFTABLES) };
}

/** The changes as one batch, which the kernel carries out as a whole. */
export function batchOf(changes: readonly ElementChange[]): RouteMessage[] {
  return [
    batch('begin a change of rules', NFNL_MSG_BATCH_BEGIN),
    ...changes.map(elementMessage),
    batch('end a change of rules', NFNL_MSG_BATCH_END),
  ];
}

function elementMessage(change: ElementChange): RouteMessage {
  const { action, table, set, key, data, comment } = change;
  const isNew = action === 'add';
  const element = [
    nested(NFTA_SET_ELEM.KEY, attribute(NFTA_DATA_VALUE, registers(key))),
    ...(isNew && data !== undefined ? [nested(NFTA_SET_ELEM.DATA, attribute(NFTA_DATA_VALUE, registers(data)))] : []),
    ...(isNew && comment !== undefined ? [attribute(NFTA_SET_ELEM.USERDATA, commentField(comment))] : []),
  ];
  return {
    what: `${action} an element of ${table} ${set}`,
    type: (NFNL_SUBSYS_NFTABLES << 8) | (isNew ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM),
    flags: NLM_F.REQUEST | NLM_F.ACK | (isNew ? NLM_F.CREATE : 0),
    body: Buffer.concat([
      header(NFPROTO_INET, 0),
      attribute(NFTA_SET_ELEM_LIST.TABLE, text(table)),
      attribute(NFTA_SET_ELEM_LIST.SET, text(set)),
      nested(NFTA_SET_ELEM_LIST.ELEMENTS, nested(NFTA_LIST_ELEM, ...element)),
    ]),
  };
}

/** A message for each family of IP that removes tracked flows by protocol and original destination port. */
export function forgetUdpFlows(port: number): RouteMessage[] {
  return [AF_INET, AF_INET6].map((family) => ({
    what: `forget datagrams to port ${port}`,
    type: (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_DELETE,
    flags: NLM_F.REQUEST | NLM_F.ACK,
    body: Buffer.concat([
      header(family, 0),
      // With the tuple older kernels look for exactly one flow; without it they would remove all.
      nested(
        CTA.TUPLE_ORIG,
        nested(
          CTA_TUPLE_PROTO,
          attribute(CTA_PROTO.NUM, Buffer.from([IPPROTO_UDP])),
          attribute(CTA_PROTO.DST_PORT, u16be(port)),
        ),
      ),
      nested(CTA.FILTER, attribute(CTA_FILTER_ORIG_FLAGS, u32(BY_PROTOCOL_AND_PORT))),
    ]),
  }));
}

/** Each field padded to whole registers. */
function registers(fields: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    fields.map((field) => Buffer.concat([field], Math.ceil(field.length / REGISTER_BYTES) * REGISTER_BYTES)),
  );
}

function commentField(comment: string): Buffer {
  const bytes = text(
    Buffer.from(comment)
      .subarray(0, COMMENT_BYTES - 1)
      .toString(),
  );
  return Buffer.concat([Buffer.from([UDATA_COMMENT, bytes.length]), bytes]);
}

/** Two bytes in network order, such as a port. */
export function u16be(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
