import { demultiplex } from '../support/frames.ts';
import { createQuietly, removeQuietly, runQuietly } from './container-steps.ts';
import { type ParityCase, paritySuite } from './parity-suite.ts';
import type { RecordingApi } from './recording-api.ts';

async function execQuietly(api: RecordingApi, id: string, config: object): Promise<string> {
  const answer = await api.quietly('POST', `/containers/${id}/exec`, { body: config });
  if (answer.status !== 201) throw new Error(`exec: ${answer.status} ${answer.text()}`);
  return answer.json<{ Id: string }>().Id;
}

const cases: ParityCase[] = [
  {
    title: 'a command runs in a container with its own user, environment and folder, and its exit status is kept',
    run: async (api) => {
      const id = await runQuietly(api, 'parity-exec');
      const exec = await execQuietly(api, id, {
        Cmd: ['sh', '-c', 'id -u; echo $A; pwd; echo problem >&2; exit 7'],
        User: 'nobody',
        Env: ['A=b'],
        WorkingDir: '/tmp',
        AttachStdout: true,
        AttachStderr: true,
      });
      api.learn(exec, 'exec');
      await api.step('inspect before', 'GET', `/exec/${exec}/json`);
      const answer = await api.quietly('POST', `/exec/${exec}/start`, { body: { Detach: false, Tty: false } });
      api.note('start', { status: answer.status, type: answer.headers['content-type'], ...demultiplex(answer.body) });
      await api.step('inspect after', 'GET', `/exec/${exec}/json`);
      await api.step('start again', 'POST', `/exec/${exec}/start`, { body: { Detach: false, Tty: false } });
      await removeQuietly(api, id);
    },
  },
  {
    title: 'exec is refused where Docker refuses it',
    run: async (api) => {
      await api.step('unknown container', 'POST', '/containers/nope/exec', { body: { Cmd: ['true'] } });
      await api.step('unknown exec', 'POST', '/exec/nope/start', { body: {} });
      await api.step('inspect unknown exec', 'GET', '/exec/nope/json');
      const created = await createQuietly(api, 'parity-exec-created', {});
      await api.step('not running', 'POST', `/containers/${created}/exec`, { body: { Cmd: ['true'] } });
      await removeQuietly(api, created);
      const id = await runQuietly(api, 'parity-exec-refused');
      await api.step('no command', 'POST', `/containers/${id}/exec`, { body: { Cmd: [] } });
      await api.step('bad detach keys', 'POST', `/containers/${id}/exec`, {
        body: { Cmd: ['true'], DetachKeys: 'nope-nope' },
      });
      const missing = await execQuietly(api, id, { Cmd: ['nope'], AttachStdout: true });
      api.learn(missing, 'missing');
      await api.step('missing command', 'POST', `/exec/${missing}/start`, { body: {} });
      const { ExitCode, Running } = (await api.quietly('GET', `/exec/${missing}/json`)).json<{
        ExitCode: number;
        Running: boolean;
      }>();
      api.note('missing command after', { ExitCode, Running });
      const user = await execQuietly(api, id, { Cmd: ['true'], User: 'nope', AttachStdout: true });
      await api.step('unknown user', 'POST', `/exec/${user}/start`, { body: {} });
      await removeQuietly(api, id);
    },
  },
];

paritySuite('exec', cases);
