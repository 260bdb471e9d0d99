import { execFileSync } from 'node:child_process';
import { until } from '../support/until.ts';
import { createQuietly, removeQuietly, runQuietly, runToEndQuietly } from './container-steps.ts';
import { type ParityCase, paritySuite } from './parity-suite.ts';
import type { RecordingApi } from './recording-api.ts';

const EVERYTHING =
  'mkdir -p /d/e; echo x > /d/f; chmod 640 /d/f; ln -s /d /l; ln -s f /d/k; ln -s /nowhere /n; ln /d/f /d/h';

/** What the header says of a path, without its time and, for directories, size. */
function noteStat(api: RecordingApi, name: string, header: unknown): void {
  if (typeof header !== 'string') return api.note(name, 'no header');
  const { mtime: _time, size, ...stat } = JSON.parse(Buffer.from(header, 'base64').toString());
  api.note(name, { ...stat, size: stat.mode >= 2 ** 31 ? 0 : size });
}

function listing(archive: Buffer): string[] {
  const lines = execFileSync('tar', ['-tvP', '--numeric-owner'], { input: archive }).toString().trim().split('\n');
  return lines.map((line) => line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d /, ''));
}

function archiveOf(...transform: string[]): Buffer {
  return execFileSync('tar', ['-c', '-P', ...transform, '/etc/hostname']);
}

const archiveUrl = (id: string, path: string) => `/containers/${id}/archive?path=${encodeURIComponent(path)}`;

const cases: ParityCase[] = [
  {
    title: 'what a container changed, by kind',
    run: async (api) => {
      const Cmd = ['sh', '-c', 'mkdir -p /a/b; touch /a/b/c; echo >> /etc/group; rm /etc/passwd; chmod 700 /home'];
      const id = await runToEndQuietly(api, 'parity-changes', { Cmd });
      const found = await api.quietly('GET', `/containers/${id}/changes`);
      const changes = found.json<{ Path: string; Kind: number }[]>();
      api.note(
        'changes',
        changes.sort((one, two) => (one.Path < two.Path ? -1 : 1)),
      );
      const unchanged = await createQuietly(api, 'parity-unchanged', {});
      await api.step('nothing changed', 'GET', `/containers/${unchanged}/changes`);
      await api.step('no such container', 'GET', '/containers/nope/changes');
      await removeQuietly(api, id, unchanged);
    },
  },
  {
    title: 'processes, and what ps cannot list',
    run: async (api) => {
      const id = await runQuietly(api, 'parity-top', { Cmd: ['sleep', '1234'] });
      const top = () => api.quietly('GET', `/containers/${id}/top`);
      // A start is answered when the process is let go, which then still has to become the command.
      await until('the command runs', async () => (await top()).text().includes('sleep 1234'));
      const { Titles, Processes } = (await top()).json<{ Titles: string[]; Processes: string[][] }>();
      api.note('titles and commands', { Titles, commands: Processes.map((row) => row.at(-1)) });
      for (const args of ['-o comm', '-o x=PID', '--bad', 'axf']) {
        const answer = await api.quietly('GET', `/containers/${id}/top?ps_args=${encodeURIComponent(args)}`);
        api.note(`ps ${args}`, [answer.status, answer.status === 200 ? '' : answer.json()]);
      }
      await removeQuietly(api, id);
      const created = await createQuietly(api, 'parity-top-created', {});
      await api.step('not running', 'GET', `/containers/${created}/top`);
      await api.step('no such container', 'GET', '/containers/nope/top');
      await removeQuietly(api, created);
    },
  },
  {
    title: 'paths of all kinds are looked at and read',
    run: async (api) => {
      const id = await runToEndQuietly(api, 'parity-archive', { Cmd: ['sh', '-c', EVERYTHING] });
      const paths = ['/d', '/d/', '/d/.', 'd/f', '/d/k', '/l', '/l/', '/l/.', '/n', '/n/', '/', '/.', '.', '/nope'];
      for (const path of [...paths, '/d/f/', '/d/f/x', '/etc/../d', '/dev/null', '/d/../../d/f']) {
        const head = await api.quietly('HEAD', archiveUrl(id, path));
        api.note(`HEAD ${path}`, head.status);
        noteStat(api, `stat of ${path}`, head.headers['x-docker-container-path-stat']);
        if (/^\/?\.?$/.test(path)) continue;
        const answer = await api.quietly('GET', archiveUrl(id, path));
        api.note(`GET ${path}`, answer.status === 200 ? listing(answer.body).sort() : [answer.status, answer.json()]);
      }
      await api.step('no path', 'GET', `/containers/${id}/archive`);
      await api.step('no such container', 'GET', archiveUrl('nope', '/'));
      await removeQuietly(api, id);
    },
  },
  {
    title: 'archives are unpacked, and refused where they do not fit',
    run: async (api) => {
      const id = await createQuietly(api, 'parity-put', {});
      const put = (name: string, path: string, body: Buffer | string, more = '') =>
        api.step(name, 'PUT', `${archiveUrl(id, path)}${more}`, { body });
      const file = archiveOf('--transform', 's,.*,file,');
      await put('a file', '/tmp', file);
      await put('again', '/tmp', file, '&noOverwriteDirNonDir=1');
      await put('no such folder', '/nope', file);
      await put('into a file', '/tmp/file', file);
      await put('into a file with a slash', '/tmp/file/', file);
      await put('no path', '', file);
      await put('nothing', '/tmp', '');
      await put('out of its folder', '/tmp', archiveOf('--transform', 's,.*,../../file,'));
      await put('a file for a folder', '/', archiveOf('--transform', 's,.*,tmp,'), '&noOverwriteDirNonDir=1');
      await put('a file for a folder, allowed', '/', archiveOf('--transform', 's,.*,home,'));
      await removeQuietly(api, id);
      const readOnly = await createQuietly(api, 'parity-put-ro', { HostConfig: { ReadonlyRootfs: true } });
      await api.step('read-only', 'PUT', archiveUrl(readOnly, '/tmp'), { body: file });
      await removeQuietly(api, readOnly);
    },
  },
  {
    title: 'an image is committed, with changes, names and refusals',
    run: async (api) => {
      const config = { Cmd: ['sh', '-c', 'echo x > /made'], Env: ['A=1'], Labels: { one: 'two' } };
      const id = await runToEndQuietly(api, 'parity-commit', config);
      const query = `container=${id}&repo=parity/committed&tag=1&comment=why&author=me&changes=CMD%20new&changes=ENV%20A=2`;
      const answer = await api.quietly('POST', `/commit?${query}`);
      api.note('status', answer.status);
      await api.step('inspect', 'GET', '/images/parity/committed:1/json');
      const history = await api.quietly('GET', '/images/parity/committed:1/history');
      const steps = history.json<{ CreatedBy: string; Comment: string; Tags: string[] | null }[]>();
      api.note(
        'history',
        steps.map(({ CreatedBy, Comment, Tags }) => ({ CreatedBy, Comment, Tags })),
      );
      await api.step('unknown change', 'POST', `/commit?container=${id}&changes=RUN%20x`);
      await api.step('bad name', 'POST', `/commit?container=${id}&repo=BAD`);
      await api.step('no container', 'POST', '/commit');
      await api.step('no such container', 'POST', '/commit?container=nope');
      await api.quietly('DELETE', '/images/parity/committed:1?force=1');
      await removeQuietly(api, id);
    },
  },
  {
    title: 'limits change, or contradict those that are set',
    run: async (api) => {
      const id = await createQuietly(api, 'parity-update', {});
      const update = (name: string, body: object) => api.step(name, 'POST', `/containers/${id}/update`, { body });
      await update('too little memory', { Memory: 1000 });
      await update('more than the swap', { Memory: 67_108_864 });
      await update('with the swap', { Memory: 67_108_864, MemorySwap: 134_217_728 });
      await update('CPUs', { NanoCpus: 500_000_000 });
      await update('a quota beside them', { CpuQuota: 50_000 });
      await update('a period beside them', { CpuPeriod: 50_000 });
      await update('shares and processes', { CpuShares: 300, PidsLimit: 50, CpusetCpus: '0' });
      await update('no limit on processes', { PidsLimit: -1 });
      await update('a CPU that is not there', { CpusetCpus: '99' });
      await update('a reservation, and unlimited swap', { MemoryReservation: 33_554_432, MemorySwap: -1 });
      await api.step('inspect', 'GET', `/containers/${id}/json`);
      await removeQuietly(api, id);
    },
  },
];

paritySuite('files', cases);
