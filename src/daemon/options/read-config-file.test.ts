import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { messageOf } from '../../errors/engine-error.ts';
import { resolveConfig } from './config.ts';
import { parseArguments } from './parse-arguments.ts';
import { withConfigFile } from './read-config-file.ts';

function fileWith(t: TestContext, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'daemon.json');
  writeFileSync(path, content);
  return path;
}

function refusal(path: string, argv: readonly string[] = []): string {
  try {
    withConfigFile(path, true, parseArguments(argv));
  } catch (error) {
    return messageOf(error).replace(path, 'FILE');
  }
  return 'nothing was refused';
}

test('the file holds the same options, some under their plural names', (t) => {
  const path = fileWith(
    t,
    JSON.stringify({
      'data-root': '/x',
      hosts: ['unix:///y'],
      labels: ['a=b'],
      debug: true,
      dns: ['1.1.1.1'],
      'default-address-pools': [{ base: '10.0.0.0/8', size: 24 }],
      runtimes: { mine: { path: '/opt/runc' } },
      'insecure-registries': ['reg:5000'],
    }),
  );
  const config = resolveConfig(withConfigFile(path, true, parseArguments(['--exec-root=/z'])));
  assert.equal(config.dataRoot, '/x');
  assert.equal(config.execRoot, '/z');
  assert.deepEqual(config.hosts, [{ kind: 'unix', path: '/y' }]);
  assert.deepEqual(config.labels, ['a=b']);
  assert.equal(config.logLevel, 'debug');
  assert.deepEqual(config.addressPools, [{ base: '10.0.0.0/8', size: 24 }]);
  assert.equal(config.runtimes.get('mine'), '/opt/runc');
  assert.deepEqual(config.registries.insecureRegistries, ['reg:5000']);
});

test('an option that is in the file and on the command line is refused', (t) => {
  const path = fileWith(t, '{"data-root":"/x","hosts":["unix:///x"]}');
  assert.equal(
    refusal(path, ['--data-root=/y', '-H', 'unix:///z']),
    'unable to configure the Skiff daemon with file FILE: the following directives are specified both as a flag and in ' +
      'the configuration file: data-root: (from flag: /y, from file: /x), ' +
      'hosts: (from flag: [unix:///z], from file: [unix:///x])',
  );
});

test('what the file must not hold is named', (t) => {
  const cases: [string, RegExp][] = [
    ['{"bogus":1,"foo":2}', /the following directives don't match any configuration option: bogus, foo$/],
    ['{bad', /^unable to configure the Skiff daemon with file FILE: .*JSON/],
    ['[]', /it must hold one JSON object$/],
    ['{"labels":"x"}', /labels must be a list$/],
    ['{"data-root":1}', /data-root must be a string$/],
    ['{"debug":"yes"}', /debug must be true or false$/],
    ['{"dns":["nope"]}', /invalid string being converted to IP address: nope$/],
  ];
  for (const [content, message] of cases) assert.match(refusal(fileWith(t, content)), message);
});

test('a missing file matters only when it was asked for, and an empty one never', (t) => {
  const none = parseArguments([]);
  assert.equal(withConfigFile('/nowhere/daemon.json', false, none), none);
  assert.match(refusal('/nowhere/daemon.json'), /open FILE|open \/nowhere\/daemon\.json: no such file or directory/);
  assert.equal(withConfigFile(fileWith(t, '\n'), true, none), none);
});

test('a bound of the build cache is written as for dockerd', (t) => {
  const keptBy = (builder: unknown) => {
    const path = fileWith(t, JSON.stringify({ builder }));
    return resolveConfig(withConfigFile(path, true, parseArguments([]))).builderKeepBytes;
  };
  assert.equal(keptBy({ gc: { enabled: true, defaultKeepStorage: '2GB' } }), 2 * 1024 ** 3);
  assert.equal(keptBy({ gc: { enabled: true } }), 20 * 1024 ** 3);
  assert.equal(keptBy({ gc: { enabled: false, defaultKeepStorage: '2GB' } }), undefined);
  assert.equal(keptBy({}), undefined);
  assert.throws(() => keptBy({ gc: { enabled: true, policy: [] } }), /builder\.gc\.policy is not known here/);
  assert.throws(() => keptBy({ gc: { enabled: true, defaultKeepStorage: 'much' } }), /invalid size: 'much'/);
});
