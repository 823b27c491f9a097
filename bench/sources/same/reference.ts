import { join } from 'node:path';
import type { ReportIncident } from '../../../src/domain/report.ts';
import { type Compared, compareIncidents } from './compare.ts';
import type { SourceInput } from './input.ts';
import { cutTimes } from './kept-times.ts';
import { replayed, type WayRun } from './run-way.ts';
import type { Place } from './way.ts';

/** A field of an incident that is another one than in the replay. */
export interface Difference {
  readonly incident: string;
  readonly field: string;
  /** undefined: not explained, which is a fault. */
  readonly reason: string | undefined;
}

export interface WayResult extends WayRun {
  readonly compared: readonly Compared[];
  readonly differences: readonly Difference[];
}

const NEWEST =
  'the ordinary trace that is shown beside is the newest at that moment; a source hands over up to 2,048 spans at a time, a replay a line, so that the moment is another';
const MICROSECONDS =
  'Jaeger keeps times to the microsecond: a replay of the file with its times cut in the same way has the value of the service';
const AT_ONCE =
  'traces that are due at one moment are closed in another order when more of them come at once, and the offsets of clocks are learned call by call: requests of 8, 24 or 64 lines by gRPC change the same part of the same incident';

/** What `replay` finds, and what may differ from it though the same spans were judged. */
export class Reference {
  readonly #input: SourceInput;
  readonly #scratch: string;
  readonly #plain: readonly ReportIncident[];
  #cut: readonly ReportIncident[] | undefined;
  /** Parts of incidents, as `ID suspects`, that differ in a control. */
  readonly #byControls = new Set<string>();

  private constructor(input: SourceInput, scratch: string, plain: readonly ReportIncident[]) {
    this.#input = input;
    this.#scratch = scratch;
    this.#plain = plain;
  }

  static async of(input: SourceInput, scratch: string): Promise<Reference> {
    return new Reference(input, scratch, await replayed(input, scratch));
  }

  get incidents(): number {
    return this.#plain.length;
  }

  async compare(run: WayRun, { keepsMicroseconds = false }: Place): Promise<WayResult> {
    const compared = compareIncidents(this.#plain, run.incidents);
    if (run.isControl)
      for (const one of compared)
        for (const field of one.fields) this.#byControls.add(partOf(idOf(one), field));
    const cut = keepsMicroseconds ? compareIncidents(await this.#cutIncidents(), run.incidents) : undefined;
    const differences = compared.flatMap((one) => {
      const incident = idOf(one);
      if (one.kind === 'missing' || one.kind === 'extra')
        return [{ incident, field: one.kind, reason: undefined }];
      const alsoCut = cut?.find((other) => idOf(other) === incident)?.fields;
      return one.fields.map((field) => ({ incident, field, reason: this.#reason(incident, field, alsoCut) }));
    });
    return { ...run, compared, differences };
  }

  /** `alsoCut`: in what it differs from a replay of cut times as well. */
  #reason(incident: string, field: string, alsoCut: readonly string[] | undefined): string | undefined {
    if (field === 'exemplars.typicalTraceId') return NEWEST;
    if (alsoCut?.includes(field) === false) return MICROSECONDS;
    return this.#byControls.has(partOf(incident, field)) ? AT_ONCE : undefined;
  }

  async #cutIncidents(): Promise<readonly ReportIncident[]> {
    if (this.#cut === undefined) {
      const path = join(this.#scratch, 'microseconds.jsonl.gz');
      await cutTimes(this.#input.path, path);
      this.#cut = await replayed({ ...this.#input, path }, this.#scratch);
    }
    return this.#cut;
  }
}

function idOf({ replayed: one, live }: Compared): string {
  return one?.id ?? live?.id ?? '';
}

function partOf(incident: string, field: string): string {
  return `${incident} ${field.split('.', 1)[0]}`;
}
