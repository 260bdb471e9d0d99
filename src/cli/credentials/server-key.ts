/** Under which Docker Hub's credentials are kept. */
export const HUB_SERVER = 'https://index.docker.io/v1/';

/** The key of a registry's credentials: its host, but for Docker Hub's. `server` is what a user calls the registry by. */
export function serverKey(server: string): string {
  const host = hostOf(server);
  const isHub = host === '' || host === 'docker.io' || host === 'index.docker.io' || host === 'registry-1.docker.io';
  return isHub ? HUB_SERVER : host;
}

/** Without a scheme and a path, which keys of old configurations have. */
export function hostOf(server: string): string {
  return server.replace(/^https?:\/\//, '').split('/', 1)[0] ?? '';
}
