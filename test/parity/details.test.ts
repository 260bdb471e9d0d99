import { existsSync } from 'node:fs';
import { demultiplex } from '../support/frames.ts';
import { createQuietly, removeQuietly, runQuietly, runToEndQuietly } from './container-steps.ts';
import { type ParityCase, paritySuite } from './parity-suite.ts';
import type { RecordingApi } from './recording-api.ts';

/** What was recorded has the fields of cgroup v1. */
const isV2 = existsSync('/sys/fs/cgroup/cgroup.controllers');

/** The names of all fields, sorted, and what kind of value each has; of a list that of its first entry. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value;
  const entries = Object.entries(value).map(([name, item]): [string, unknown] => [name, shapeOf(item)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function noteShape(api: RecordingApi, name: string, path: string): Promise<void> {
  const answer = await api.quietly('GET', path);
  // How many kinds of blocks were moved depends on the disk.
  const { blkio_stats: blocks, ...stats } = answer.json<{ blkio_stats: object }>();
  api.note(name, { status: answer.status, ...(shapeOf(stats) as object), blkio_stats: Object.keys(blocks).sort() });
}

const stats: ParityCase = {
  title: 'stats have the same fields while a container runs, and when it has stopped',
  run: async (api) => {
    const id = await runQuietly(api, 'parity-stats', { HostConfig: { PidsLimit: 20 } });
    await noteShape(api, 'once', `/containers/${id}/stats?stream=0`);
    await noteShape(api, 'at once', `/containers/${id}/stats?stream=0&one-shot=1`);
    await api.quietly('POST', `/containers/${id}/stop`);
    await api.step('stopped', 'GET', `/containers/${id}/stats?stream=0`);
    await api.step('unknown', 'GET', '/containers/parity-nope/stats');
    await removeQuietly(api, id);
  },
  differences: [{ path: /at once\.body\.(id|name)$/, why: 'an answer of one shot says whose it is as well' }],
};

const logs: ParityCase = {
  title: 'details of logs are the labels, variables and the tag that the options name',
  run: async (api) => {
    const given = { Cmd: ['echo', 'hello'], Labels: { a: 'b c&d', e: 'f' }, Env: ['G=h', 'I=j'] };
    const options: Record<string, Record<string, string>> = {
      none: {},
      named: { labels: 'a,nope', env: 'I' },
      matching: { 'labels-regex': '^.$', 'env-regex': '^[GI]' },
      tagged: { tag: 'x/{{.ImageName}}/{{.Name}}' },
    };
    for (const [name, Config] of Object.entries(options)) {
      const HostConfig = { LogConfig: { Type: 'json-file', Config } };
      const id = await runToEndQuietly(api, 'parity-details', { ...given, HostConfig });
      const answer = await api.quietly('GET', `/containers/${id}/logs?stdout=1&details=1`);
      api.note(name, demultiplex(answer.body).stdout);
      await removeQuietly(api, id);
    }
  },
};

const networkless: ParityCase = {
  title: 'a container without any network, and the name of a control group, are kept as they were given',
  run: async (api) => {
    const Cmd = ['ls', '/sys/class/net'];
    const id = await createQuietly(api, 'parity-networkless', { Cmd, NetworkDisabled: true });
    type Inspected = { Config: { NetworkDisabled?: boolean }; NetworkSettings: object };
    const note = async (name: string) => {
      const { Config, NetworkSettings } = (await api.quietly('GET', `/containers/${id}/json`)).json<Inspected>();
      api.note(name, { NetworkDisabled: Config.NetworkDisabled, NetworkSettings });
    };
    await note('created');
    await api.step('start', 'POST', `/containers/${id}/start`);
    await api.step('wait', 'POST', `/containers/${id}/wait`);
    await note('ended');
    api.note('logs', demultiplex((await api.quietly('GET', `/containers/${id}/logs?stdout=1`)).body).stdout);
    await removeQuietly(api, id);
    const HostConfig = { Cgroup: 'container:nope' };
    const other = await createQuietly(api, 'parity-cgroup', { Cmd: ['true'], HostConfig });
    await api.step('start with a control group', 'POST', `/containers/${other}/start`);
    const { HostConfig: kept } = (await api.quietly('GET', `/containers/${other}/json`)).json<{
      HostConfig: { Cgroup: string };
    }>();
    api.note('kept', kept.Cgroup);
    await removeQuietly(api, other);
  },
};

paritySuite('details', [...(isV2 ? [] : [stats]), logs, networkless]);
