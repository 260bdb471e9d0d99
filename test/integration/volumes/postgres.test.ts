import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { clis } from '../../support/clis.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { debianArchive } from '../../support/debian.ts';
import { until } from '../../support/until.ts';

const CLIENTS = 4;
const ENOUGH_COMMITS = 500;

/** The database is made in the volume at the first start, by a user who owns that only because the image's folder does. */
const SERVE = [
  'export PATH=$(echo /usr/lib/postgresql/*/bin):$PATH PGDATA=/var/lib/postgresql/data',
  '[ -e $PGDATA/PG_VERSION ] || initdb -A trust >/dev/null',
  'exec postgres -c unix_socket_directories=/tmp',
].join('\n');

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

async function importDatabase(): Promise<void> {
  await daemon.skiff(['import', '-c', 'USER postgres', await debianArchive(['postgresql']), 'postgres']);
}

async function serve(name: string): Promise<void> {
  await daemon.skiff(['run', '-d', '--name', name, '-v', 'db:/var/lib/postgresql', 'postgres', 'sh', '-c', SERVE]);
  const answers = async () => (await daemon.trySkiff(['exec', name, 'pg_isready', '-qh', '/tmp'])).status === 0;
  await until(`${name} answers`, answers, 30_000);
}

const query = (name: string, sql: string) =>
  daemon.skiff(['exec', name, 'psql', '-h', '/tmp', '-qAtc', sql, 'postgres']);

/** Commits one transaction after the other until the server dies: each that it has acknowledged is a line of `seen`. */
async function commitUntilDead(name: string, client: number, seen: string[]): Promise<void> {
  const insert = `INSERT INTO done VALUES (${client}, $i) RETURNING client || ' ' || number;`;
  const script = `i=0; while i=$((i+1)); do echo "${insert}" || exit; done | psql -h /tmp -qAt postgres`;
  const skiff = clis.find((cli) => cli.name === 'skiff');
  assert.ok(skiff);
  const child = skiff.spawn(daemon, ['exec', name, 'sh', '-c', script]);
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    seen.push(...lines.filter((line) => /^\d+ \d+$/.test(line)));
  });
  await once(child, 'close');
}

test('PostgreSQL on a volume keeps every transaction that it has acknowledged, when its container is killed', async () => {
  await importDatabase();
  await serve('first');
  await query('first', 'CREATE TABLE done (client int, number int, PRIMARY KEY (client, number))');
  const seen: string[] = [];
  const clients = Array.from({ length: CLIENTS }, (_, client) => commitUntilDead('first', client, seen));
  await until('there is load', () => seen.length >= ENOUGH_COMMITS, 30_000);
  await daemon.skiff(['kill', '-s', 'KILL', 'first']);
  await Promise.all(clients);
  await daemon.skiff(['rm', '-v', 'first']);

  await serve('second');
  const kept = new Set((await query('second', "SELECT client || ' ' || number FROM done")).split('\n'));
  assert.deepEqual(
    seen.filter((transaction) => !kept.has(transaction)),
    [],
    `${seen.length} were acknowledged`,
  );
  const { stderr: log } = await daemon.trySkiff(['logs', 'second']);
  assert.match(log, /database system was not properly shut down/);
  await daemon.skiff(['stop', 'second']);
});
