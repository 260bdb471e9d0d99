import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether the real docker command line is on PATH. */
const hasDockerCli = (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
  try {
    accessSync(join(folder, 'docker'), constants.X_OK);
    return true;
  } catch {
    return false; // not in this folder
  }
});

/** For `test(title, dockerCli, …)`: skipped, and said so, on machines without Docker's command line. */
export const dockerCli: { skip: string | false } = {
  skip: hasDockerCli ? false : 'the docker command line is not installed',
};
