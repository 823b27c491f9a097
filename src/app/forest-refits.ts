import { TraceStrength } from '../detect/index.ts';
import { KindCode } from '../domain/component-table.ts';
import { RecentFeatures, refitForests, traceFeatures } from '../forest/index.ts';
import { createRandom, type Runtime } from '../runtime/index.ts';
import type { Flow } from './flow.ts';
import type { ModelVersions } from './model-versions.ts';
import type { Vocabulary } from './vocabulary.ts';

/**
 * Isolation forests that follow the system: a bounded sample of recent traces is kept, and forests are fitted on it in a worker. When
 * that fails the old ones stay.
 */
export class ForestRefits {
  readonly #recent: RecentFeatures;
  readonly #parts: { readonly flow: Flow; readonly versions: ModelVersions; readonly seed: number };
  readonly #runtime: Runtime;
  readonly #count: ReturnType<Runtime['metrics']['counter']>;
  #running = false;

  constructor(
    { table }: Vocabulary,
    parts: { readonly flow: Flow; readonly versions: ModelVersions; readonly seed: number },
    runtime: Runtime,
  ) {
    this.#parts = parts;
    this.#runtime = runtime;
    // Chance of its own: sampling must not shift what else is drawn.
    this.#recent = new RecentFeatures(createRandom(parts.seed));
    this.#count = runtime.metrics.counter(
      'spanwatch_forest_refits_total',
      'Isolation forests fitted anew, by outcome: taken, empty (too few traces) or failed (the old ones stay).',
      ['outcome'],
    );
    const { verdicts } = parts.flow;
    const strength = new TraceStrength(table, verdicts.baselines, () => verdicts.windows);
    verdicts.onTrace = (entry, trace, measurements) => {
      const total = table.find(KindCode.total, entry, 0);
      // What is not learned yet has no residuals.
      if (total < 0 || verdicts.baselines[total] === undefined) return;
      const drawn = this.#recent.draw(entry);
      if (drawn === undefined) return;
      const { sample, row } = drawn;
      const measured = { measurements, spans: trace.spanCount, usualLogSpans: 0 };
      const at = row * (sample.features.length / sample.strength.length);
      traceFeatures(table, verdicts.baselines, measured, { into: sample.features, at });
      sample.strength[row] = strength.of(measurements);
      sample.endMs[row] = trace.latestEndUs / 1000;
    };
  }

  /** Never rejects. One at a time: a call while another goes on does nothing. */
  async refit(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    const { flow, versions, seed } = this.#parts;
    try {
      const { covered } = flow.verdicts;
      const forests = await refitForests(this.#recent, { seed, isCovered: (ms) => covered.isCovered(ms) });
      const version = forests.size === 0 ? undefined : versions.takeForests(forests);
      this.#count.inc({ outcome: version === undefined ? 'empty' : 'taken' });
      this.#runtime.logger.info({ forests: forests.size, version }, 'isolation forests were fitted anew');
    } catch (error) {
      this.#count.inc({ outcome: 'failed' });
      this.#runtime.logger.error({ err: error }, 'fitting isolation forests failed; the old ones stay');
    } finally {
      this.#running = false;
    }
  }
}
