import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { COMPOSE, dockerfile, readSchema, readText, readYamlFile } from './deploy-files.ts';

interface ComposeService {
  readonly image?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: readonly string[] | Readonly<Record<string, { readonly condition: string }>>;
  readonly read_only?: boolean;
  readonly healthcheck?: object;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const [file] = readYamlFile(`${COMPOSE}compose.yaml`) as ComposeFile[];
const services = Object.entries(file.services);

/** `HOST:PORT` of this stack that a text speaks of. */
function addressesIn(text: string): [string, number][] {
  const names = Object.keys(file.services).join('|');
  return [...text.matchAll(new RegExp(`\\b(${names}):(\\d+)`, 'g'))].map(([, host, port]) => [
    host,
    Number(port),
  ]);
}

/** Where each listens inside the stack, by its image's documentation or by its configuration here. */
const LISTENS: Readonly<Record<string, readonly number[]>> = {
  collector: [4317, 4318],
  kafka: [9092, 9093],
  elasticsearch: [9200],
  jaeger: [16686, 4317, 4318],
  spanwatch: [8900],
  prometheus: [9090],
  grafana: [3000],
};

/** Of `512m` or `2g`. */
function inMiB(size = ''): number {
  return Number.parseInt(size) * (size.endsWith('g') ? 1024 : 1);
}

describe('deploy/compose', () => {
  it('is a Compose file', () => {
    const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
    // It says `id`, as draft 4 did, and its own name for the draft that it is of.
    const { id: _, $schema, ...schema } = readSchema('compose-spec.json') as { id: string; $schema: string };
    expect($schema).toContain('2019-09');
    const text = JSON.stringify(schema).replaceAll(/"id":"#[^"]*",/g, '');
    const validate = ajv.compile(JSON.parse(text) as object);
    expect(validate(file), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ services: { a: { imaeg: 'b' } } })).toBe(false);
  });

  it('pins every image', () => {
    for (const [name, { image }] of services) expect(`${name} ${image}`).toMatch(/ [^:@]+:v?\d+\.\d+\.\d+$/);
  });

  it('leaves room beside the heap of a JVM: its container is killed otherwise', () => {
    for (const [name, options] of [
      ['kafka', 'KAFKA_HEAP_OPTS'],
      ['elasticsearch', 'ES_JAVA_OPTS'],
    ] as const) {
      const { environment, deploy } = file.services[name] as unknown as {
        environment: Record<string, string>;
        deploy: { resources: { limits: { memory: string } } };
      };
      const heapMiB = inMiB(/-Xmx(\d+[gm])/.exec(environment[options] ?? '-Xmx1g')?.[1]);
      expect(heapMiB).toBeLessThanOrEqual(inMiB(deploy.resources.limits.memory) / 2);
    }
  });

  it('publishes to this machine only', () => {
    for (const [, { ports = [] }] of services)
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
  });

  it('publishes and speaks to what listens', () => {
    for (const [name, { ports = [] }] of services)
      for (const port of ports) expect(LISTENS[name]).toContain(Number(port.split(':').at(-1)));
    const texts = ['compose', 'collector', 'spanwatch', 'prometheus'].map((name) =>
      readText(`${COMPOSE}${name}.yaml`),
    );
    const addresses = texts.flatMap(addressesIn).filter(([, port]) => port > 1024);
    expect(addresses.length).toBeGreaterThan(8);
    for (const [host, port] of addresses) expect([host, ...(LISTENS[host] ?? [])]).toContain(port);
  });

  it('mounts what is there, and declares what it names', () => {
    for (const [, { volumes = [], secrets = [], depends_on: needed = [] }] of services) {
      for (const volume of volumes) {
        const [from] = volume.split(':');
        if (from.startsWith('.')) expect(existsSync(join(COMPOSE, from)), from).toBe(true);
        else expect(file.volumes).toHaveProperty([from]);
      }
      for (const secret of secrets) expect(file.secrets).toHaveProperty([secret]);
      const waits = Array.isArray(needed) ? needed : Object.keys(needed);
      for (const name of waits) expect(file.services).toHaveProperty([name as string]);
      for (const [name, wait] of Array.isArray(needed) ? [] : Object.entries(needed))
        if ((wait as { condition: string }).condition === 'service_healthy')
          expect(file.services[name].healthcheck, name).toBeDefined();
    }
  });

  it('gives Spanwatch the volume that its image has, and nothing else to write on', () => {
    const { volumes = [], read_only: readOnly } = file.services['spanwatch'];
    expect(readOnly).toBe(true);
    const writable = volumes
      .filter((volume) => !volume.endsWith(':ro'))
      .map((volume) => volume.split(':')[1]);
    expect(writable).toEqual([dockerfile().volume]);
  });

  it('gives Grafana every address that our provisioning asks for', () => {
    const asked = readText(`${COMPOSE}../../dashboards/provisioning/datasources/spanwatch.yaml`);
    for (const [, name] of asked.matchAll(/\$(SPANWATCH_\w+)/g))
      expect(file.services['grafana'].environment).toHaveProperty([name]);
  });

  it('has Prometheus read our rules from where they are mounted', () => {
    const [prometheus] = readYamlFile(`${COMPOSE}prometheus.yaml`) as { rule_files: string[] }[];
    for (const path of prometheus.rule_files) {
      const name = path.replace('/etc/prometheus/spanwatch/', '');
      expect(existsSync(`${COMPOSE}../../dashboards/prometheus/${name}`), path).toBe(true);
    }
  });

  it("has the Collector write the topic and the encoding that Spanwatch's source reads", () => {
    const collector = readText(`${COMPOSE}collector.yaml`);
    const [ours] = readYamlFile(`${COMPOSE}spanwatch.yaml`) as { sources: { topics: string[] }[] }[];
    expect(collector).toContain(`topic: ${ours.sources[0].topics[0]}`);
  });
});

describe('the configuration of deploy/compose', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'spanwatch-compose-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('passes `check`', async () => {
    writeFileSync(join(folder, 'http-token'), 'f'.repeat(64));
    const text = readText(`${COMPOSE}spanwatch.yaml`).replaceAll('/run/secrets', folder);
    const path = join(folder, 'spanwatch.yaml');
    writeFileSync(path, text);
    expect(await runCli(['check', '-c', path])).toMatchObject({ code: 0, stderr: '' });
  });
});
