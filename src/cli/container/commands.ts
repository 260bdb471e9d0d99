import { entry, type Group } from '../registered.ts';

export const containerCommands: Group = {
  summary: 'Manage containers',
  entries: [
    entry(
      ['container attach', 'attach'],
      'Attach local standard input, output, and error streams to a running container',
      () => import('./attach.ts'),
    ),
    entry(['container create', 'create'], 'Create a new container', () => import('./create.ts')),
    entry(['container exec', 'exec'], 'Execute a command in a running container', () => import('./exec.ts')),
    entry(['container commit', 'commit'], "Create a new image from a container's changes", () => import('./commit.ts')),
    entry(
      ['container cp', 'cp'],
      'Copy files/folders between a container and the local filesystem',
      () => import('./cp.ts'),
    ),
    entry(
      ['container diff', 'diff'],
      "Inspect changes to files or directories on a container's filesystem",
      () => import('./diff.ts'),
    ),
    entry(
      ['container export', 'export'],
      "Export a container's filesystem as a tar archive",
      () => import('./export.ts'),
    ),
    entry(
      ['container inspect'],
      'Display detailed information on one or more containers',
      () => import('./inspect.ts'),
    ),
    entry(['container kill', 'kill'], 'Kill one or more running containers', () => import('./kill.ts')),
    entry(['container logs', 'logs'], 'Fetch the logs of a container', () => import('./logs.ts')),
    entry(['container ls', 'container list', 'container ps', 'ps'], 'List containers', () => import('./ls.ts')),
    entry(
      ['container pause', 'pause'],
      'Pause all processes within one or more containers',
      () => import('./pause.ts'),
    ),
    entry(
      ['container port', 'port'],
      'List port mappings or a specific mapping for the container',
      () => import('./port.ts'),
    ),
    entry(['container prune'], 'Remove all stopped containers', () => import('./prune.ts')),
    entry(['container rename', 'rename'], 'Rename a container', () => import('./rename.ts')),
    entry(['container restart', 'restart'], 'Restart one or more containers', () => import('./restart.ts')),
    entry(['container rm', 'container remove', 'rm'], 'Remove one or more containers', () => import('./rm.ts')),
    entry(['container run', 'run'], 'Create and run a new container from an image', () => import('./run.ts')),
    entry(['container start', 'start'], 'Start one or more stopped containers', () => import('./start.ts')),
    entry(
      ['container stats', 'stats'],
      'Display a live stream of container(s) resource usage statistics',
      () => import('./stats.ts'),
    ),
    entry(['container stop', 'stop'], 'Stop one or more running containers', () => import('./stop.ts')),
    entry(['container top', 'top'], 'Display the running processes of a container', () => import('./top.ts')),
    entry(
      ['container unpause', 'unpause'],
      'Unpause all processes within one or more containers',
      () => import('./unpause.ts'),
    ),
    entry(
      ['container update', 'update'],
      'Update configuration of one or more containers',
      () => import('./update.ts'),
    ),
    entry(
      ['container wait', 'wait'],
      'Block until one or more containers stop, then print their exit codes',
      () => import('./wait.ts'),
    ),
  ],
};
