import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIgnoreRules } from '../../lib/ignore-rules.ts';
import { hostPlatform } from '../../lib/platform.ts';
import { lintBuild } from './lint-build.ts';
import { LINT_RULES } from './lint-rules.ts';
import type { PlanOptions } from './plan-options.ts';

function lint(lines: readonly string[], options: Partial<PlanOptions> = {}) {
  return lintBuild(Buffer.from(`${lines.join('\n')}\n`), {
    resolveImage: async (reference, platform) => ({
      reference,
      id: reference,
      platform: reference === 'other' ? { ...platform, architecture: 's390x' } : platform,
      config: { Env: ['PATH=/bin'] },
      author: undefined,
    }),
    ...options,
  });
}

/** `3 RuleName: message` of each. */
async function found(lines: readonly string[], options: Partial<PlanOptions> = {}): Promise<string[]> {
  const { warnings, error } = await lint(lines, options);
  assert.equal(error, undefined);
  return warnings.map(({ rule, message, lines: [at] }) => `${at?.start} ${rule}: ${message}`);
}

const ALL = '# check=experimental=all';

test('a Dockerfile without mistakes has no warnings', async () => {
  const clean = [
    ALL,
    '',
    '# tag of the base',
    'ARG tag=latest',
    'FROM busybox:${tag} AS base',
    'WORKDIR /app',
    'ARG foo=bar',
    'COPY $foo .',
    'FROM base',
    'WORKDIR sub',
    'COPY --from=base /app $foo',
    'ENV PATH=$PATH:/x PUBLIC_KEY=1 token_file=/x',
    'EXPOSE 80/tcp',
    'CMD ["a"]',
  ];
  assert.deepEqual(await found(clean), []);
  assert.equal((await lint(clean)).text, 'Check complete, no warnings found.\n');
});

test('names and keywords are in one case', async () => {
  assert.deepEqual(await found(['FROM scratch AS BadName', 'FROM scratch as b', 'copy a b', 'Env a=b']), [
    "1 StageNameCasing: Stage name 'BadName' should be lowercase",
    "2 FromAsCasing: 'as' and 'FROM' keywords' casing do not match",
    "3 ConsistentInstructionCasing: Command 'copy' should match the case of the command majority (uppercase)",
    "4 ConsistentInstructionCasing: Command 'Env' should match the case of the command majority (uppercase)",
  ]);
  assert.deepEqual(await found(['from scratch AS a', 'env a=b']), [
    "1 FromAsCasing: 'AS' and 'from' keywords' casing do not match",
  ]);
});

test('stages have names of their own', async () => {
  assert.deepEqual(await found(['FROM scratch AS a', 'FROM scratch AS a', 'FROM scratch AS context']), [
    '2 DuplicateStageName: Duplicate stage name "a", stage names should be unique',
    '3 ReservedStageName: Stage name should not use the same name as reserved stage "context"',
  ]);
});

test('what is old or void is told', async () => {
  const lines = [
    'FROM scratch',
    'MAINTAINER me',
    'ENV a b',
    'LABEL c d',
    'RUN x \\',
    '',
    '  y',
    'CMD x',
    'ENTRYPOINT ["x"]',
    'ENTRYPOINT ["y"]',
    'HEALTHCHECK NONE',
    'HEALTHCHECK CMD x',
    'CMD ["y"]',
  ];
  assert.deepEqual(await found(lines), [
    '2 MaintainerDeprecated: Maintainer instruction is deprecated in favor of using label',
    '3 LegacyKeyValueFormat: "ENV key=value" should be used instead of legacy "ENV key value" format',
    '4 LegacyKeyValueFormat: "LABEL key=value" should be used instead of legacy "LABEL key value" format',
    '7 NoEmptyContinuation: Empty continuation line',
    '8 JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to OS signals',
    '8 MultipleInstructionsDisallowed: Multiple CMD instructions should not be used in the same stage because only the last one will be used',
    '9 MultipleInstructionsDisallowed: Multiple ENTRYPOINT instructions should not be used in the same stage because only the last one will be used',
    '11 MultipleInstructionsDisallowed: Multiple HEALTHCHECK instructions should not be used in the same stage because only the last one will be used',
  ]);
});

test('a shell of its own may take commands as text', async () => {
  assert.deepEqual(await found(['FROM scratch AS a', 'SHELL ["/s"]', 'CMD x', 'FROM a', 'ENTRYPOINT y']), []);
});

test('variables are defined before they are used', async () => {
  const lines = [
    'FROM scratch',
    'ARG DIR_ASSETS=x',
    'COPY $DIR_ASSET .',
    'ENV PATH=$PAHT:/x',
    'ENV b=$nothing',
    'ARG c=$none',
  ];
  assert.deepEqual(await found(lines), [
    "3 UndefinedVar: Usage of undefined variable '$DIR_ASSET' (did you mean $DIR_ASSETS?)",
    "4 UndefinedVar: Usage of undefined variable '$PAHT' (did you mean $PATH?)",
    "5 UndefinedVar: Usage of undefined variable '$nothing'",
    "6 UndefinedVar: Usage of undefined variable '$none'",
  ]);
  assert.deepEqual(await found(['FROM scratch', 'ARG foo', 'COPY a$foo .', 'RUN echo $bar']), []);
});

test('FROM uses declared ARGs that make sense without a request', async () => {
  const lines = ['ARG VERSION', 'FROM busybox:$VERSION', 'FROM busybox${SUFIX:-}', 'ARG SUFFIX'];
  assert.deepEqual(await found(lines, { buildArgs: { VERSION: '1' } }), [
    '2 InvalidDefaultArgInFrom: Default value for ARG busybox:$VERSION results in empty or invalid base image name',
    "3 UndefinedArgInFrom: FROM argument 'SUFIX' is not declared",
  ]);
  const { error, warnings } = await lint(['FROM --platform=$BULIDPLATFORM scratch']);
  assert.match(error ?? '', /^empty platform value from expression \$BULIDPLATFORM \(did you mean BUILDPLATFORM\?\)/);
  assert.deepEqual(
    warnings.map(({ message }) => message),
    ["FROM argument 'BULIDPLATFORM' is not declared (did you mean BUILDPLATFORM?)"],
  );
});

test('platforms are neither constant nor said twice', async () => {
  const own = `linux/${hostPlatform().architecture}`;
  const lines = [
    `FROM --platform=${own} scratch`,
    `FROM --platform=${own} scratch AS linux-build`,
    'FROM --platform=${TARGETPLATFORM} scratch',
    'FROM --platform=$BUILDPLATFORM scratch',
  ];
  assert.deepEqual(await found(lines), [
    `1 FromPlatformFlagConstDisallowed: FROM --platform flag should not use constant value "${own}"`,
    '3 RedundantTargetPlatform: Setting platform to predefined ${TARGETPLATFORM} in FROM is redundant as this is the default behavior',
  ]);
  assert.deepEqual(await found(['FROM other']), [
    `1 InvalidBaseImagePlatform: Base image other was pulled with platform "linux/s390x", expected "${own}" for current build`,
  ]);
});

test('folders, ports and secrets', async () => {
  const lines = [
    'FROM scratch',
    'WORKDIR app',
    'WORKDIR sub',
    'EXPOSE 80/TCP 127.0.0.1:81:82',
    'ENV apikey=1 x=2',
    'ARG super_token',
  ];
  assert.deepEqual(await found(lines), [
    '2 WorkdirRelativePath: Relative workdir "app" can have unexpected results if the base image changes',
    "4 ExposeProtoCasing: Defined protocol '80/TCP' in EXPOSE instruction should be lowercase",
    "4 ExposeInvalidFormat: EXPOSE instruction should not define an IP address or host-port mapping, found '127.0.0.1:81:82'",
    '5 SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ENV "apikey")',
    '6 SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (ARG "super_token")',
  ]);
});

test('rules under trial are silent unless they are named', async () => {
  const lines = ['# not about it', 'FROM scratch AS base', 'COPY .git/config a.md /', '# wrong', 'ARG a b'];
  const ignore = parseIgnoreRules('.git\n*.md\n');
  assert.deepEqual(await found(['', ...lines], { ignore }), []);
  assert.deepEqual(await found([ALL, ...lines], { ignore }), [
    '3 InvalidDefinitionDescription: Comment for FROM should follow the format: `# base <description>`',
    '4 CopyIgnoredFile: Attempting to Copy file ".git/config" that is excluded by .dockerignore',
    '4 CopyIgnoredFile: Attempting to Copy file "a.md" that is excluded by .dockerignore',
    '6 InvalidDefinitionDescription: Comment for ARG should follow the format: `# <arg_key> <description>`',
  ]);
  assert.deepEqual(
    await found([ALL, ...lines], { ignore: parseIgnoreRules('*\n!a.md') }).then((all) =>
      all.filter((one) => one.includes('CopyIgnored')),
    ),
    [],
  );
});

test('rules are skipped by the directive, by the request and by a comment above', async () => {
  const lines = ['FROM scratch as base', 'copy a b'];
  assert.deepEqual(await found(['# check=skip=all', ...lines]), []);
  assert.deepEqual(await found(['# check=skip=FromAsCasing, ConsistentInstructionCasing', ...lines]), []);
  assert.equal((await found(['# check=skip=FromAsCasing', ...lines])).length, 1);
  assert.deepEqual(await found(lines, { buildArgs: { BUILDKIT_DOCKERFILE_CHECK: 'skip=all' } }), []);
  assert.deepEqual(await found(['FROM scratch', '# check=skip=MaintainerDeprecated', 'MAINTAINER me']), []);
});

test('warnings become an error where the Dockerfile wants it', async () => {
  const { error } = await lint(['# check=error=true', 'FROM scratch as base', 'copy a b', 'copy c d']);
  assert.equal(error, 'lint violation found for rules: FromAsCasing, ConsistentInstructionCasing');
  for (const [options, message] of Object.entries({
    skip: 'invalid check option "skip"',
    'foo=1': 'invalid check option "foo"',
    'error=x': 'failed to parse check option "error=x": strconv.ParseBool: parsing "x": invalid syntax',
  })) {
    assert.equal(
      (await lint([`# check=${options}`, 'FROM scratch'])).error,
      `failed to parse check options: ${message}`,
    );
  }
});

test('all stages are looked at unless a target is named', async () => {
  const lines = ['FROM scratch AS a', 'ENV x y', 'FROM scratch AS b', 'ENV z=1'];
  assert.equal((await found(lines)).length, 1);
  assert.equal((await found(lines, { target: 'b' })).length, 0);
});

test('warnings before an error are told, and the report is in the words of docker', async () => {
  const { text, error } = await lint(['FROM scratch AS Bad', 'MAINTAINER me', 'BADCMD']);
  assert.match(error ?? '', /^dockerfile parse error on line 3: unknown instruction: BADCMD\n/);
  assert.equal(
    text,
    `Check complete, 2 warnings have been found!

WARNING: StageNameCasing - https://docs.docker.com/go/dockerfile/rule/stage-name-casing/
Stage name 'Bad' should be lowercase
Dockerfile:1
--------------------
   1 | >>> FROM scratch AS Bad
   2 |     MAINTAINER me
   3 |     BADCMD
--------------------

WARNING: MaintainerDeprecated - https://docs.docker.com/go/dockerfile/rule/maintainer-deprecated/
Maintainer instruction is deprecated in favor of using label
Dockerfile:2
--------------------
   1 |     FROM scratch AS Bad
   2 | >>> MAINTAINER me
   3 |     BADCMD
   4 |     
--------------------

ERROR: ${error}
`,
  );
});

test('every rule is tried here', async () => {
  const source = await import('node:fs').then(({ readFileSync }) => readFileSync(new URL(import.meta.url), 'utf8'));
  const missing = Object.keys(LINT_RULES).filter((rule) => !source.includes(`${rule}: `));
  assert.deepEqual(missing, []);
});
