import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A V8 CPU profile, as `node --cpu-prof` writes it. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface TimeShare {
  readonly what: string;
  /** Part of the time in which the process did something, 0 to 1. */
  readonly share: number;
}

const IDLE = new Set(['(idle)', '(program)', '(root)']);

/** What a function's time is counted as: by its file. The first that fits. */
const PLACES: readonly (readonly [what: string, url: RegExp])[] = [
  ['decode OTLP, names', /\/src\/(formats|domain\/names)/],
  ['assemble traces', /\/src\/assemble\//],
  ['measure: critical paths', /\/src\/measure\//],
  ['summarise by window', /\/src\/(summarise|domain\/summary)/],
  ['columns, tables (domain)', /\/src\/domain\//],
  ['merge of partitions, hand-over', /\/src\/(sources|app)\//],
  ['kafkajs', /kafkajs/],
  ['protobufjs, long', /protobufjs|\/long\//],
  ['built into V8', /^$/],
  ['the stock Maps', /\/bench\//],
  ['Node: sockets, buffers, promises', /^node:/],
];

/** Self time by place of the newest profile in a folder; idle time left out. */
export function sharesOf(folder: string): readonly TimeShare[] {
  const [name] = readdirSync(folder).filter((file) => file.endsWith('.cpuprofile'));
  const profile = JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile;
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const total = new Map<string, number>();
  let busy = 0;
  profile.samples.forEach((id, i) => {
    const { functionName = '', url = '' } = frames.get(id) ?? {};
    if (IDLE.has(functionName)) return;
    const what =
      functionName === '(garbage collector)'
        ? 'garbage collector (on this thread)'
        : (PLACES.find(([, pattern]) => pattern.test(url))?.[0] ?? 'other');
    total.set(what, (total.get(what) ?? 0) + profile.timeDeltas[i]);
    busy += profile.timeDeltas[i];
  });
  const shares = [...total].map(([what, us]) => ({ what, share: us / busy }));
  return shares.sort((a, b) => b.share - a.share);
}
