import { setTimeout as delay } from 'node:timers/promises';
import { DockerRegistry, dockerRegistry } from '../test/support/docker-registry.ts';
import { buildScenarios } from './build-scenarios.ts';
import { buildKitOf, startEngines } from './engines.ts';
import { measure } from './measure.ts';
import { measureRates } from './network-rates.ts';
import { registryMemory } from './registry-memory.ts';
import { registryScenarios } from './registry-scenarios.ts';
import { FEW_ROUNDS, ROUNDS, RUNNING, removeRunning, type Scenario, scenarios, startRunning } from './scenarios.ts';
import { printTable, type Row } from './table.ts';

/** A daemon is idle some time after its last request: ours gives memory back then. */
const IDLE_MS = 5000;

async function main(): Promise<void> {
  const engines = await startEngines();
  const builders = [...engines, ...buildKitOf(engines)];
  const registry = dockerRegistry.skip === false ? await DockerRegistry.start() : undefined;
  const ofRegistry = registry === undefined ? [] : registryScenarios(registry.address, FEW_ROUNDS);
  const builds = buildScenarios(ROUNDS, FEW_ROUNDS);
  const rows: Row[] = [];
  try {
    await delay(IDLE_MS);
    rows.push({ title: 'daemon idle, resident', unit: 'MB', values: engines.map((engine) => engine.daemonMb()) });
    for (const engine of engines) await startRunning(engine);
    rows.push({
      title: 'per running container',
      unit: 'MB',
      values: engines.map((engine) => perContainer(engine.monitorsMb())),
    });
    rows.push(...(await measureRates(engines, isTitleWanted)));
    rows.push(...(await registryMemory(isTitleWanted)));
    for (const scenario of [...scenarios, ...builds.scenarios, ...ofRegistry].filter(isWanted)) {
      process.stderr.write(`bench: ${Object.keys(scenario.steps).join(', ')} …\n`);
      rows.push(...(await measure(builds.scenarios.includes(scenario) ? builders : engines, scenario)));
    }
  } finally {
    builds.remove();
    await registry?.close();
    for (const engine of engines) {
      await removeRunning(engine);
      await engine.stop();
    }
  }
  process.stdout.write(
    printTable(
      builders.map(({ name }) => name),
      rows,
    ),
  );
}

/** With words on the command line only those whose titles have one of them. */
function isWanted({ steps }: Scenario): boolean {
  return Object.keys(steps).some(isTitleWanted);
}

function isTitleWanted(title: string): boolean {
  const words = process.argv.slice(2);
  return words.length === 0 || words.some((word) => title.includes(word));
}

function perContainer(all: number | undefined): number | undefined {
  return all === undefined ? undefined : all / RUNNING;
}

await main();
