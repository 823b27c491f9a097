import type { Names } from '../domain/names.ts';
import type { Draws } from './distribution.ts';
import { type Effects, inScope } from './effects.ts';
import { unboundedName } from './unbounded-name.ts';
import type { PlannedInstance, PlannedOperation, PlannedQuery, PlannedService } from './planned.ts';

/** CPU starvation shows in messages too: they wait for a slice. Milliseconds for each unit of the factor above 1. */
const STARVED_TAKE_UP_MS = 1.5;

/** What holds for all traces that start in one second: the faults that are on, and how fast everything is. */
export class Conditions {
  readonly effects: Effects;
  readonly #names: Names;
  /** Multiplies the times of services, then peers. */
  readonly #speed: Float64Array;

  constructor(names: Names, effects: Effects, speed: Float64Array) {
    this.#names = names;
    this.effects = effects;
    this.#speed = speed;
  }

  /** Any pod as well as any other. */
  pick({ service }: PlannedOperation, draws: Draws): PlannedInstance {
    const instances = this.effects.changes.instances[service.index] ?? service.instances;
    return instances[Math.floor(draws.uniform() * instances.length)];
  }

  /** The number of the name that a request of this operation goes by. */
  nameOf({ id, service }: PlannedOperation, draws: Draws): number {
    const { renamed, unbounded } = this.effects.changes;
    const ratio = unbounded[service.index];
    if (ratio !== undefined && draws.uniform() < ratio)
      return this.#names.operation(service.id, unboundedName(draws));
    return renamed.size === 0 ? id : (renamed.get(id) ?? id);
  }

  /** `late` is after its work, `fast` instead of it. */
  failsItself(
    { service, name }: PlannedOperation,
    instance: PlannedInstance,
    draws: Draws,
  ): 'no' | 'late' | 'fast' {
    let fails: 'no' | 'late' | 'fast' = draws.uniform() < service.errorRatio ? 'late' : 'no';
    for (const effect of this.effects.errors[service.index] ?? [])
      if (inScope(effect.scope, name, instance) && draws.uniform() < effect.ratio)
        fails = effect.fast ? 'fast' : 'late';
    return fails;
  }

  /** What is added to one request, and what its own work is multiplied by. */
  slowness(
    { service, name }: PlannedOperation,
    instance: PlannedInstance,
    draws: Draws,
  ): { addUs: number; workFactor: number } {
    const { index } = service;
    let workFactor = this.#speed[index] * this.#starvation(instance, service);
    let addUs = 0;
    for (const effect of this.effects.slow[index] ?? []) {
      if (!inScope(effect.scope, name, instance)) continue;
      if (effect.ratio < 1 && draws.uniform() >= effect.ratio) continue;
      addUs += effect.addUs;
      workFactor *= effect.times;
    }
    return { addUs, workFactor };
  }

  /** How long a message lies before a starved process takes it up; exponential, 0 when it is not starved. */
  takeUpUs(instance: PlannedInstance, service: PlannedService, draws: Draws): number {
    const factor = this.#starvation(instance, service);
    if (factor <= 1) return 0;
    return -Math.log(1 - draws.uniform()) * (factor - 1) * STARVED_TAKE_UP_MS * 1000;
  }

  /** One exchange with a peer, as its client sees it. */
  query(
    step: PlannedQuery,
    client: { service: PlannedService; instance: PlannedInstance },
    draws: Draws,
  ): { timeUs: number; failed: boolean } {
    const own = client.service.index;
    let timeUs = draws.time(step.time) * this.#speed[step.speed];
    let failed = false;
    if (this.effects.peers.size > 0)
      for (const pair of [step.pair, step.anyPair]) {
        const effect = this.effects.peers.get(pair);
        if (effect === undefined) continue;
        timeUs = timeUs * effect.times + effect.addUs;
        failed ||= effect.errorRatio > 0 && draws.uniform() < effect.errorRatio;
      }
    timeUs += this.effects.outRequestUs[own] + this.effects.outResponseUs[own];
    return { timeUs: timeUs + this.takeUpUs(client.instance, client.service, draws), failed };
  }

  /** How often the call of this pair is made: 1 unless a fault says otherwise. */
  callsFor(pair: string): number {
    const { calls } = this.effects;
    return calls.size === 0 ? 1 : (calls.get(pair) ?? 1);
  }

  #starvation(instance: PlannedInstance, service: PlannedService): number {
    return this.effects.cpu[service.index] * this.effects.nodeCpu[instance.nodeIndex];
  }
}
