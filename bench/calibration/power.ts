import { callRates } from '../../src/simulator/call-rates.ts';
import { at, growTopology, type Scenario, type Script, type Topology } from '../../src/simulator/index.ts';
import { judgeScenario } from '../scenarios/judge.ts';
import { scoreRun } from '../scenarios/score.ts';
import { learnSystem, NIGHT } from '../scenarios/system.ts';
import { percentile } from '../scoring/index.ts';

export interface Power {
  readonly what: string;
  readonly runs: number;
  readonly found: number;
  readonly p50Seconds: number;
  /** Over all runs; what was not found counts as never. */
  readonly p90Seconds: number;
  readonly barSeconds: number;
}

const SERVICES = 5;
const PER_SECOND = 10;
/** Errors of the operation while nothing is wrong, and then. */
const USUAL_ERRORS = 0.001;
const MORE_ERRORS = 0.02;
const FROM = 120;
const FOR = 360;
/** Half of it must be more than anybody's effect floor of half a millisecond. */
const LEAST_OWN_US = 3000;

/** Time to detect small changes of one operation that is asked for ten times a second, at a budget of one a week. */
export async function power(seeds: number, say: (line: string) => void): Promise<Power[]> {
  const changes = [
    {
      what: '+50% own time of one operation',
      barSeconds: 90,
      script: (service: string, operation: string): Script =>
        at(FROM).slow(service, { operation, times: 1.5 }, FOR),
    },
    {
      what: 'errors of one operation .1% to 2%',
      barSeconds: 120,
      script: (service: string, operation: string): Script =>
        at(FROM).errors(service, { operation, ratio: MORE_ERRORS }, FOR),
    },
  ];
  const delays = changes.map(() => [] as number[]);
  for (let seed = 1; seed <= seeds; seed++) {
    const { topology, service, operation, tracesPerSecond } = target(seed);
    const system = await learnSystem(seed, { topology, tracesPerSecond });
    changes.forEach(({ what, script }, c) => {
      const scenario: Scenario = {
        name: what,
        expect: 'fire',
        seconds: FROM + FOR + 30,
        script: () => script(service, operation),
      };
      const [{ detectedAfterSeconds }] = scoreRun(
        judgeScenario(system, scenario, { untilNamed: true }),
      ).truths;
      delays[c].push(detectedAfterSeconds ?? Number.POSITIVE_INFINITY);
    });
    system.dispose();
    say(`power, seed ${seed}: ${delays.map((of) => of.at(-1)).join(' s, ')} s`);
  }
  return changes.map(({ what, barSeconds }, c) => ({
    what,
    runs: seeds,
    found: delays[c].filter(Number.isFinite).length,
    p50Seconds: percentile(delays[c], 0.5),
    p90Seconds: percentile(delays[c], 0.9),
    barSeconds,
  }));
}

interface Target {
  readonly topology: Topology;
  readonly service: string;
  readonly operation: string;
  readonly tracesPerSecond: number;
}

/** The busiest operation with enough own time of a small system, with load so that it is asked for PER_SECOND. */
function target(seed: number): Target {
  const grown = growTopology({ seed: 100 + seed, services: SERVICES });
  const { operations } = callRates(grown, 1);
  const [gateway, ...rest] = grown.services;
  const candidates = rest.flatMap((service) =>
    service.operations.map(({ name, steps }) => ({
      service: service.name,
      operation: name,
      ownUs: steps.reduce((sum, step) => sum + (step.do === 'work' ? medianUs(step.time) : 0), 0),
      rate: operations.get(`${service.name} ${name}`) ?? 0,
    })),
  );
  const slowEnough = candidates.filter(({ ownUs }) => ownUs >= LEAST_OWN_US);
  const { service, operation, rate } = (slowEnough.length > 0 ? slowEnough : candidates).reduce(
    (most, one) => (one.rate > most.rate ? one : most),
  );
  return {
    topology: {
      ...grown,
      services: [
        gateway,
        ...rest.map((spec) => (spec.name === service ? { ...spec, errorRatio: USUAL_ERRORS } : spec)),
      ],
    },
    service,
    operation,
    tracesPerSecond: rhythmless(PER_SECOND / rate),
  };
}

/** The hour of the scenarios is one of little load. */
function rhythmless(perSecond: number): number {
  return perSecond / NIGHT;
}

type Time = Extract<
  Topology['services'][number]['operations'][number]['steps'][number],
  { do: 'work' }
>['time'];

function medianUs(time: Time): number {
  if (time.kind === 'either') return medianUs(time.first);
  return time.kind === 'constant' ? time.us : time.medianUs;
}
