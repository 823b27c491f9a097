import { beforeAll, describe, expect, it } from 'vitest';
import type { SuspectCause } from '../../src/domain/suspect.ts';
import { at, isBlamed, QUIET, type Script } from '../../src/simulator/index.ts';
import { judge, type Learned, learnQuiet } from './pipeline.ts';

let learned: Learned;
beforeAll(async () => {
  learned = await learnQuiet();
});

const FROM = 180;
const FOR = 180;
const SECONDS = 600;

describe('twenty quiet minutes were learned; then', () => {
  it('nothing: no incident in fifteen more', () => {
    expect(judge(learned, QUIET, 900).events).toEqual([]);
  });

  it.each<[string, Script, SuspectCause[]]>([
    ['a service is slow in itself', at(FROM).slow('payment', { addMs: 200 }, FOR), ['code', 'cpu']],
    ['a network is slow', at(FROM).network('catalog', { addMs: 100 }, FOR), ['network', 'cpu']],
    ['a service fails', at(FROM).errors('recommendation', 0.3, FOR), ['errors']],
    ['a call is no longer made', at(FROM).vanish('checkout', 'fraud', FOR), ['missing-calls']],
    ['a peer is slow', at(FROM).slowPeer('*', 'redis', { addMs: 60, forSeconds: FOR }), ['dependency']],
    ['a service starves', at(FROM).cpu('pricing', 4, FOR), ['cpu', 'code']],
  ])('%s: one incident, the right one blamed, in time, resolved', (_, script, causes) => {
    const { incidents, truth, at: second } = judge(learned, script, SECONDS);
    expect(incidents).toHaveLength(1);
    const [incident] = incidents;
    expect(incident.openings).toHaveLength(1);
    expect(isBlamed(truth, incident.suspects[0])).toBe(true);
    expect(causes).toContain(incident.suspects[0].cause);
    expect(second(incident.openedAt)).toBeGreaterThan(FROM);
    // A window of missing calls says little by itself (docs/detection.md): they take longer to be told.
    const within = causes.includes('missing-calls') ? 120 : 60;
    expect(second(incident.openedAt)).toBeLessThanOrEqual(FROM + within);
    expect(second(incident.startedAt)).toBeGreaterThanOrEqual(FROM - 10);
    expect(incident.startedAt).toBeLessThan(incident.openedAt);
    expect(incident.state).toBe('resolved');
    expect(incident.evidence.length).toBeGreaterThan(0);
    expect(incident.exemplars.length).toBeGreaterThan(0);
    expect(incident.suspects.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(1);
  });

  it('the same again gives the same incidents, to the last digit', () => {
    const script = at(60).slow('inventory', { addMs: 100 }, 60);
    const runs = [judge(learned, script, 200), judge(learned, script, 200)];
    expect(runs[0].events.length).toBeGreaterThan(0);
    expect(JSON.stringify(runs[1].events)).toBe(JSON.stringify(runs[0].events));
  });

  it('a burst of arrivals is nobody’s fault', () => {
    expect(
      judge(learned, at(60).traffic(2, 120), 300).incidents.filter(({ severity }) => severity !== 'P3'),
    ).toEqual([]);
  });
});
