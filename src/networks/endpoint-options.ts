import type { EndpointSettings } from '../state/networks.ts';

const LINK_NAME = 'com.docker.network.endpoint.ifname';
const SYSCTLS = 'com.docker.network.endpoint.sysctls';
/** As the kernel and its file system of settings take it, and nothing that has a meaning in a path. */
const LINK_NAME_FORM = /^(?!\.)[\w.-]{1,15}$/;
/** docker writes all of it in small letters. */
const SYSCTL_FORM = /^net\.(ipv4|ipv6|mpls)\.(conf|neigh)\.IFNAME\.(\w+)=(.*)$/i;

/** What an endpoint's link is to be called inside the container; undefined for the next one of its kind. */
export function askedLinkName({ driverOptions }: EndpointSettings): string | undefined {
  return driverOptions?.[LINK_NAME] || undefined;
}

export interface LinkSysctl {
  /** Below /proc/sys/net. */
  readonly path: string;
  readonly value: string;
}

/** Kernel settings of the link alone: `net.ipv6.conf.IFNAME.accept_ra=2,…`. Malformed ones have been refused. */
export function linkSysctls({ driverOptions }: EndpointSettings, linkName: string): LinkSysctl[] {
  return entries(driverOptions?.[SYSCTLS] ?? '').flatMap((text) => {
    const [, family = '', table = '', name = '', value = ''] = SYSCTL_FORM.exec(text) ?? [];
    return name === '' ? [] : [{ path: `${family}/${table}/${linkName}/${name}`, value }];
  });
}

export function endpointOptionProblems({ driverOptions }: EndpointSettings): string[] {
  const name = driverOptions?.[LINK_NAME] ?? '';
  const malformed = entries(driverOptions?.[SYSCTLS] ?? '').filter((text) => !SYSCTL_FORM.test(text));
  return [
    ...(name === '' || isLinkName(name) ? [] : [`invalid interface name: ${name}`]),
    ...malformed.map(
      (text) => `invalid sysctl: ${text}: it must be net.<family>.<conf or neigh>.IFNAME.<name>=<value>`,
    ),
  ];
}

/** Whether a link can have this name. */
export function isLinkName(text: string): boolean {
  return LINK_NAME_FORM.test(text);
}

function entries(text: string): string[] {
  return text === '' ? [] : text.split(',');
}
