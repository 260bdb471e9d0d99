import type { RegistrySettings } from '../registry-settings.ts';

/** Nothing is configured, and nothing is tried twice. */
export function testSettings(changes: Partial<RegistrySettings> = {}): RegistrySettings {
  return {
    mirrors: [],
    insecureRegistries: [],
    certificateFolders: [],
    maxDownloads: 3,
    maxUploads: 5,
    maxAttempts: 1,
    firstRetryMs: 1,
    ...changes,
  };
}
