import { at, type Script } from '../script.ts';
import type { Cast } from './cast.ts';
import { FOR, FROM, type Scenario, UNTIL } from './scenario.ts';

/** Something takes longer: in itself, on the way, at one of ten, on a host, in what emits no spans. */
export const SLOW: readonly Scenario[] = [
  {
    name: 'slow self',
    expect: 'fire',
    seconds: UNTIL,
    script: (cast) => at(FROM).slow(cast.service(), { addMs: cast.between(20, 300) }, FOR),
  },
  {
    name: 'slow network, request side',
    expect: 'fire',
    seconds: UNTIL,
    script: (cast) => at(FROM).network(cast.called(), { addMs: cast.between(20, 200), side: 'request' }, FOR),
  },
  {
    name: 'slow network, response side',
    expect: 'fire',
    seconds: UNTIL,
    script: (cast) =>
      at(FROM).network(cast.called(), { addMs: cast.between(20, 200), side: 'response' }, FOR),
  },
  {
    name: 'slow database of ten callers',
    expect: 'fire',
    seconds: UNTIL,
    script: (cast) =>
      at(FROM).slowPeer('*', cast.sharedDatabase, { addMs: cast.between(10, 100), forSeconds: FOR }),
  },
  {
    name: 'messages pile up before their consumer',
    expect: 'fire',
    seconds: UNTIL,
    script: (cast) => at(FROM).backlog(cast.consumer(), cast.between(10, 100), FOR),
  },
  {
    name: 'one instance of ten slow',
    expect: 'fire',
    right: 'exact',
    seconds: UNTIL,
    script: (cast: Cast): Script => {
      const { service, instance } = cast.instance();
      return at(FROM).slow(service, { instance, addMs: cast.between(50, 300) }, FOR);
    },
  },
  {
    name: 'host starved of CPU',
    expect: 'fire',
    right: 'exact',
    seconds: UNTIL,
    script: (cast) => at(FROM).nodeCpu(cast.node(), cast.between(3, 8), FOR),
  },
  {
    name: 'time-outs with a retry storm upstream',
    expect: 'fire',
    seconds: UNTIL,
    script: (cast: Cast): Script => {
      const { callee, calleeOperation, timeoutMs } = cast.call((step) => (step.retries ?? 0) > 0);
      return at(FROM).slow(
        callee,
        { operation: calleeOperation, addMs: timeoutMs * cast.between(1.05, 2) },
        FOR,
      );
    },
  },
  {
    name: 'slow leak, +2% a minute',
    expect: 'fire',
    seconds: FROM + 1800,
    script: (cast) => at(FROM).slow(cast.service(), { times: 1, growthPerMinute: 0.02 }, 1800),
  },
  {
    name: 'only the tail: 1% of requests ten times as long',
    expect: 'fire',
    seconds: FROM + 900,
    script: (cast) => at(FROM).slow(cast.service(4), { times: 10, ratio: 0.01 }, 900),
  },
  {
    name: 'a canary worse than the stable version',
    expect: 'fire',
    right: 'exact',
    seconds: UNTIL,
    script: (cast: Cast): Script => {
      const service = cast.replicated();
      const canary = { kind: 'deploy', service, version: '7.0.0-canary', share: 0.2, rename: false } as const;
      const addMs = cast.between(30, 300);
      return at(FROM).let(canary, FOR).at(FROM).slow(service, { version: canary.version, addMs }, FOR);
    },
  },
  {
    name: 'two faults at once in unrelated services',
    expect: 'fire',
    seconds: UNTIL,
    script: (cast: Cast): Script => {
      const [one, other] = cast.strangers();
      const first = at(FROM).slow(one, { addMs: cast.between(50, 300) }, FOR);
      return first.at(FROM).slow(other, { addMs: cast.between(50, 300) }, FOR);
    },
  },
];
