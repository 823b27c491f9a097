import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/index.ts';
import { runCli } from '../cli/run-cli.ts';
import { dockerfile, KUBERNETES, readSchema, readYamlFile, ROOT, readText } from './deploy-files.ts';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> };
  readonly [key: string]: unknown;
}

/** Kinds that are not of Kubernetes itself: no schema here. */
const FOREIGN = new Set(['Kustomization', 'ServiceMonitor']);

const files = readdirSync(KUBERNETES).filter((name) => name.endsWith('.yaml'));
const manifests = files.flatMap((name) => readYamlFile(KUBERNETES + name)) as Manifest[];

function only<T>(kind: string): T {
  const found = manifests.filter((each) => each.kind === kind);
  expect(found).toHaveLength(1);
  return found[0] as unknown as T;
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}
interface Container {
  readonly image: string;
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; subPath?: string }[];
  readonly securityContext: object;
  readonly resources: { readonly limits: object; readonly requests: object };
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
}
interface StatefulSet {
  readonly spec: {
    readonly replicas: number;
    readonly serviceName: string;
    readonly selector: { readonly matchLabels: Record<string, string> };
    readonly template: {
      readonly metadata: { readonly labels: Record<string, string> };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number };
        readonly containers: readonly Container[];
        readonly volumes: readonly {
          readonly name: string;
          readonly configMap?: { readonly name: string };
          readonly secret?: { readonly secretName: string };
        }[];
      };
    };
    readonly volumeClaimTemplates: readonly Manifest[];
  };
}
interface Port {
  readonly name: string;
  readonly port: number;
  readonly targetPort: string;
}

const set = (): StatefulSet => only('StatefulSet');
const pod = (): StatefulSet['spec']['template']['spec'] => set().spec.template.spec;
const config = (): string => only<{ data: Record<string, string> }>('ConfigMap').data['spanwatch.yaml'];
const secretKeys = (): string[] => Object.keys(only<{ stringData: object }>('Secret').stringData);

describe('deploy/kubernetes', () => {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema(readSchema('kubernetes.json'), 'kubernetes');
  const validatorOf = ({ apiVersion, kind }: Manifest): NonNullable<ReturnType<typeof ajv.getSchema>> => {
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
    const name = `io.k8s.api.${group.replace('.k8s.io', '')}.${version}.${kind}`;
    const validate = ajv.getSchema(`kubernetes#/definitions/${name}`);
    if (validate === undefined) throw new Error(`no schema of ${name}`);
    return validate;
  };

  it.each(manifests.filter(({ kind }) => !FOREIGN.has(kind)))('$kind is as Kubernetes has it', (manifest) => {
    const validate = validatorOf(manifest);
    expect(validate(manifest), JSON.stringify(validate.errors)).toBe(true);
  });

  it('is checked strictly: a key that Kubernetes does not know is an error', () => {
    const broken = structuredClone(only<Manifest>('StatefulSet')) as unknown as {
      spec: { template: { spec: { containers: Record<string, unknown>[] } } };
    };
    broken.spec.template.spec.containers[0]['livenesProbe'] = {};
    const validate = validatorOf(only('StatefulSet'));
    expect(validate(broken)).toBe(false);
  });

  it('is all in the kustomization, but for what is optional', () => {
    const { resources } = only<{ resources: string[] }>('Kustomization');
    const there = files.map((name) => name.replace('secret.example', 'secret'));
    expect([...resources, 'kustomization.yaml', 'servicemonitor.yaml'].sort()).toEqual(there.sort());
  });

  it('runs as the user of the image, on a read-only root, as the namespace asks', () => {
    const [container] = pod().containers;
    const { runAsUser, runAsGroup } = pod().securityContext;
    expect(dockerfile().user).toBe(`${runAsUser}:${runAsGroup}`);
    expect(pod().securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.resources.limits).toHaveProperty('memory');
    expect(container.resources.requests).toHaveProperty('cpu');
  });

  it('keeps what must survive on the volume of the image, in one replica', () => {
    const [{ volumeMounts }] = pod().containers;
    expect(set().spec.replicas).toBe(1);
    const claims = set().spec.volumeClaimTemplates.map(({ metadata }) => metadata.name);
    const names = [...claims, ...pod().volumes.map(({ name }) => name)];
    expect(volumeMounts.map(({ name }) => name).sort()).toEqual(names.sort());
    expect(volumeMounts.find(({ name }) => claims.includes(name))?.mountPath).toBe(dockerfile().volume);
  });

  it('names what exists: labels, service, account, config, secret, ports', () => {
    const { spec } = set();
    const service = only<Manifest & { spec: { selector: object; ports: Port[] } }>('Service');
    const monitor = only<{
      spec: { selector: { matchLabels: object }; endpoints: { port: string; authorization: unknown }[] };
    }>('ServiceMonitor');
    const { labels } = spec.template.metadata;
    expect(labels).toMatchObject(spec.selector.matchLabels);
    expect(labels).toMatchObject(service.spec.selector);
    expect(service.metadata.labels).toMatchObject(monitor.spec.selector.matchLabels);
    expect(spec.serviceName).toBe(service.metadata.name);
    expect(pod().serviceAccountName).toBe(only<Manifest>('ServiceAccount').metadata.name);
    const volumes = pod().volumes;
    expect(volumes.flatMap(({ configMap }) => configMap?.name ?? [])).toEqual([
      only<Manifest>('ConfigMap').metadata.name,
    ]);
    expect(volumes.flatMap(({ secret }) => secret?.secretName ?? [])).toEqual([
      only<Manifest>('Secret').metadata.name,
    ]);
    const ports = pod().containers[0].ports.map(({ name }) => name);
    expect(service.spec.ports.map(({ targetPort }) => targetPort)).toEqual(ports);
    expect(service.spec.ports.map(({ name }) => name)).toContain(monitor.spec.endpoints[0].port);
    expect(monitor.spec.endpoints[0].authorization).toEqual({
      credentials: { name: only<Manifest>('Secret').metadata.name, key: 'http-token' },
    });
  });

  it('lets in by the network policy what the container listens on, and selects the pod', () => {
    const { spec } = only<{
      spec: {
        podSelector: { matchLabels: object };
        ingress: { ports: { port: string }[] }[];
      };
    }>('NetworkPolicy');
    expect(set().spec.template.metadata.labels).toMatchObject(spec.podSelector.matchLabels);
    const open = spec.ingress.flatMap(({ ports }) => ports.map(({ port }) => port));
    expect(open).toEqual(pod().containers[0].ports.map(({ name }) => name));
  });

  it('probes what docs/operations.md says', () => {
    const [{ startupProbe, livenessProbe, readinessProbe }] = pod().containers;
    expect([startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet)).toEqual([
      { path: '/readyz', port: 'http' },
      { path: '/healthz', port: 'http' },
      { path: '/readyz', port: 'http' },
    ]);
  });

  it('has the version of this Spanwatch', () => {
    const { version } = JSON.parse(readText(`${ROOT}package.json`)) as { version: string };
    expect(pod().containers[0].image).toBe(`spanwatch:${version}`);
    expect(only<{ images: { newTag: string }[] }>('Kustomization').images[0].newTag).toBe(version);
  });
});

describe('the configuration of deploy/kubernetes', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'spanwatch-kubernetes-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('passes `check` with the keys that the Secret has', async () => {
    for (const key of secretKeys()) writeFileSync(join(folder, key), 'f'.repeat(64));
    const path = join(folder, 'spanwatch.yaml');
    writeFileSync(path, config().replaceAll('/etc/spanwatch/secrets', folder));
    expect(await runCli(['check', '-c', path])).toMatchObject({ code: 0, stderr: '' });
  });

  it('listens where the container says, for others than itself', () => {
    const outcome = parseConfig(config(), 'spanwatch.yaml', { withoutSecrets: true });
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
    const { sources, http } = outcome.config;
    const listeners = [...sources.filter((source) => 'port' in source), http];
    const ports = pod().containers[0].ports.map(({ containerPort }) => containerPort);
    expect(listeners.map(({ port }) => port)).toEqual(ports);
    for (const { host } of listeners) expect(host).toBe('0.0.0.0');
    expect(dockerfile().ports).toEqual(expect.arrayContaining(ports));
  });
});
