import { isIP } from 'node:net';

// Checks of single flag values, made while the flags are parsed; the texts are docker's.

export function attachTarget(text: string): string {
  const stream = text.toLowerCase();
  if (stream === 'stdin' || stream === 'stdout' || stream === 'stderr') return stream;
  throw new Error('valid streams are STDIN, STDOUT and STDERR');
}

/** A name without `=` takes its value from our own environment; one that is not set there stays a bare name. */
export function environment(text: string): string {
  if (text === '' || text.startsWith('=')) throw new Error(`invalid environment variable: ${text}`);
  if (text.includes('=')) return text;
  const value = process.env[text];
  return value === undefined ? text : `${text}=${value}`;
}

export function label(text: string): string {
  if (text === '' || text.startsWith('=')) throw new Error(`invalid label '${text}': empty name`);
  return text;
}

export function annotation(text: string): readonly [string, string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}

/** Answers `host:ip`, also when the two were joined by `=`, and with an IPv6 address freed of its brackets. */
export function extraHost(text: string): string {
  const separator = text.includes('=') ? '=' : ':';
  const at = text.indexOf(separator);
  const name = text.slice(0, Math.max(at, 0));
  const address = text.slice(at + 1);
  if (at < 0 || name === '') throw new Error(`bad format for add-host: ${JSON.stringify(text)}`);
  const bare = /^\[.*\]$/.test(address) ? address.slice(1, -1) : address;
  if (bare !== 'host-gateway' && isIP(bare) === 0) {
    throw new Error(`invalid IP address in add-host: ${JSON.stringify(address)}`);
  }
  return `${name}:${bare}`;
}

export function ipAddress(text: string): string {
  const trimmed = text.trim();
  if (isIP(trimmed) === 0) throw new Error(`IP address is not correctly formatted: ${text}`);
  return trimmed;
}

const DOMAIN =
  /^(:?(:?[a-zA-Z0-9]|(:?[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))(:?\.(:?[a-zA-Z0-9]|(:?[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])))*)\.?\s*$/;

/** A single dot stands for no search domain at all. */
export function dnsSearch(text: string): string {
  const trimmed = text.replace(/^[ .]+/, '').replace(/[ .]+$/, '');
  if (text.trim() === '.' || text.trim() === '') return text.trim();
  const match = DOMAIN.exec(trimmed);
  if (!/[a-zA-Z]/.test(trimmed) || match === null || trimmed.length > 255) {
    throw new Error(`${text} is not a valid domain`);
  }
  return match[1] ?? trimmed;
}

export function link(text: string): string {
  if (text === '') throw new Error('empty string specified for links');
  if (text.split(':').length > 2) throw new Error(`bad format for links: ${text}`);
  return text;
}

const SYSCTLS = new Set([
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
]);

/** Only what a namespace of the container's own holds. */
export function sysctl(text: string): readonly [string, string] {
  const equals = text.indexOf('=');
  const name = text.slice(0, Math.max(equals, 0));
  if (equals < 0 || !(SYSCTLS.has(name) || name.startsWith('net.') || name.startsWith('fs.mqueue.'))) {
    throw new Error(`sysctl '${text}' is not allowed`);
  }
  return [name, text.slice(equals + 1)];
}

export function deviceCgroupRule(text: string): string {
  if (/^[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}$/.test(text)) return text;
  throw new Error(`invalid device cgroup format '${text}'`);
}

export function macAddress(text: string): string {
  const trimmed = text.trim();
  if (/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(trimmed) || /^([0-9a-f]{4}\.){2}[0-9a-f]{4}$/i.test(trimmed))
    return text;
  throw new Error(`${text} is not a valid mac address`);
}
