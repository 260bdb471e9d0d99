import { type ContainerConfig, containerConfig } from '../../../api-types/container-config.ts';
import type {
  ImageConfigResponse,
  ImageDeleteResponse,
  ImageHistoryResponse,
  ImageInspectResponse,
  ImageSummaryResponse,
} from '../../../api-types/image.ts';
import { formatDate } from '../../../lib/timestamps.ts';
import { type ApiVersion, isAtLeast } from '../../api-version.ts';
import type { HistoryStep, ImageDetails, ImageSummary, RemovedRow } from './backend.ts';

const NEVER = '0001-01-01T00:00:00Z';

export function summaryResponse(summary: ImageSummary, version: ApiVersion): ImageSummaryResponse {
  const { image, tags, digests, sizeBytes, sharedBytes, containers } = summary;
  return {
    Containers: containers ?? -1,
    Created: unixSeconds(image.created),
    Id: image.id,
    Labels: image.config.Labels ?? null,
    ParentId: summary.parentId ?? '',
    ...repoNames(tags, digests, version),
    SharedSize: sharedBytes ?? -1,
    Size: sizeBytes,
    ...(isAtLeast(version, '1.44') ? {} : { VirtualSize: sizeBytes }),
  };
}

/** Clients of old versions print what they get; for them an image without names has the name `<none>`. */
function repoNames(
  tags: readonly string[],
  digests: readonly string[],
  version: ApiVersion,
): Pick<ImageSummaryResponse, 'RepoDigests' | 'RepoTags'> {
  if (isAtLeast(version, '1.43')) return { RepoDigests: digests, RepoTags: tags };
  if (tags.length + digests.length === 0) return { RepoDigests: ['<none>@<none>'], RepoTags: ['<none>:<none>'] };
  return { RepoDigests: digests.length === 0 ? null : digests, RepoTags: tags.length === 0 ? null : tags };
}

export function inspectResponse(details: ImageDetails, version: ApiVersion): ImageInspectResponse {
  const { document, sizeBytes, lastTaggedAtMs } = details;
  return {
    Id: document.id,
    RepoTags: details.tags,
    RepoDigests: details.digests,
    Parent: details.parentId ?? '',
    // Many builders leave the image without a comment of its own; Docker shows the newest of its history then.
    Comment: document.comment || (document.history.at(-1)?.comment ?? ''),
    Created: goTime(document.created),
    ...(isAtLeast(version, '1.45')
      ? {}
      : {
          ...(document.container === '' ? {} : { Container: document.container }),
          ContainerConfig: wholeConfig(document.containerConfig ?? {}),
        }),
    DockerVersion: document.dockerVersion,
    Author: document.author ?? '',
    Config: isAtLeast(version, '1.50') ? imageConfig(document.config) : wholeConfig(document.config),
    Architecture: document.architecture,
    ...(document.variant === undefined ? {} : { Variant: document.variant }),
    Os: document.os,
    ...(document.osVersion === undefined ? {} : { OsVersion: document.osVersion }),
    Size: sizeBytes,
    ...(isAtLeast(version, '1.44') ? {} : { VirtualSize: sizeBytes }),
    GraphDriver: { Data: overlayDirectories(details.directories), Name: 'overlay2' },
    RootFS: { Type: 'layers', ...(document.diffIds.length === 0 ? {} : { Layers: document.diffIds }) },
    Metadata: { LastTagTime: lastTaggedAtMs === undefined ? NEVER : formatDate(new Date(lastTaggedAtMs)) },
  };
}

/** As those of a container would be whose upper directory is the image's topmost layer. */
function overlayDirectories([upper, ...lower]: readonly string[]): Readonly<Record<string, string>> | null {
  if (upper === undefined) return null;
  return { ...(lower.length === 0 ? {} : { LowerDir: lower.join(':') }), UpperDir: upper };
}

/** Before 1.50 an image's configuration was shown with all the fields that a container's has. */
function wholeConfig(config: object): ContainerConfig {
  return containerConfig.decode(config, { struct: 'Config', path: '' });
}

function imageConfig(config: object): ImageConfigResponse {
  const whole = wholeConfig(config);
  const { ExposedPorts, Healthcheck, ArgsEscaped, StopSignal, Shell } = whole;
  return {
    User: whole.User,
    ...(ExposedPorts === undefined ? {} : { ExposedPorts }),
    Env: whole.Env,
    Entrypoint: whole.Entrypoint,
    Cmd: whole.Cmd,
    Volumes: whole.Volumes,
    WorkingDir: whole.WorkingDir,
    Labels: whole.Labels,
    ...(StopSignal === undefined || StopSignal === '' ? {} : { StopSignal }),
    ...(ArgsEscaped === true ? { ArgsEscaped } : {}),
    ...(Healthcheck === undefined ? {} : { Healthcheck }),
    OnBuild: whole.OnBuild,
    ...(Shell === undefined ? {} : { Shell }),
  };
}

export function historyResponse(step: HistoryStep): ImageHistoryResponse {
  return {
    Comment: step.comment,
    Created: Math.floor((step.createdAtMs ?? 0) / 1000),
    CreatedBy: step.createdBy,
    Id: step.id ?? '<missing>',
    Size: step.sizeBytes,
    Tags: step.tags.length === 0 ? null : step.tags,
  };
}

export function deleteResponse(row: RemovedRow): ImageDeleteResponse {
  return 'untagged' in row ? { Untagged: row.untagged } : { Deleted: row.deleted };
}

function unixSeconds(created: string | undefined): number {
  const time = Date.parse(created ?? '');
  return Number.isNaN(time) ? 0 : Math.floor(time / 1000);
}

/** Go leaves zeros at the end of a fraction out. */
function goTime(created: string | undefined): string {
  return (created ?? '').replace(/\.(\d*?)0*(?=Z|[+-]|$)/, (_, digits: string) => (digits === '' ? '' : `.${digits}`));
}
