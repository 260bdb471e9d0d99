import { setLinkUp } from '../sys/netlink/route-message.ts';
import type { RouteNetlink } from '../sys/netlink/route-netlink.ts';

/** What a namespace has without any network. Idempotent. */
export async function loopbackUp(netlink: RouteNetlink, namespacePath: string): Promise<void> {
  const socket = netlink.open(namespacePath);
  try {
    await socket.request([setLinkUp('lo')]);
  } finally {
    socket.close();
  }
}
