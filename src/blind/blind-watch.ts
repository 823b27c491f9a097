import { type BlindNews, type BlindSpell, type BlindSpot, serviceLabel } from '../domain/blind.ts';
import type { Names } from '../domain/names.ts';
import type { ServiceIdentity } from '../domain/service-identity.ts';
import type { SpanBatch } from '../domain/span-batch.ts';
import { widened } from '../domain/widened.ts';
import { holdAfterMs, learnGap, newRhythm, patienceMs, restored, type Rhythm } from './rhythm.ts';

interface Watched {
  readonly rhythm: Rhythm;
  /** Silence before this moment was ours, or a whole source's: it does not count. */
  excusedMs: number;
  /** Since when it has been silent for longer than is plausible; 0 while it is not. */
  blindMs: number;
}

interface WatchedService extends Watched {
  readonly identity: ServiceIdentity;
  source: string;
}

/** An open spell, and what in it has not been seen again. Services go by their label. */
interface OpenSpell {
  readonly spell: BlindSpell;
  readonly missing: string[];
}

export interface UnseenService extends ServiceIdentity {
  readonly sinceMs: number;
}

export interface BlindState {
  readonly sources: readonly (readonly [string, Rhythm])[];
  readonly services: readonly (readonly [ServiceIdentity, string, Rhythm])[];
  readonly spells: readonly OpenSpell[];
}

/** One false piece of news in twenty weeks, over everything. */
const FALSE_PER_WEEK = 0.05;
/** A Collector that restarts is back in half a minute; SDKs send every 5 s. */
const LEAST_SOURCE_MS = 60_000;
/** While a source's rhythm is not known: longer than any sender's batching and retries. */
const UNKNOWN_SOURCE_MS = 300_000;
/** A rolling deployment of one instance takes a minute or two. */
const LEAST_SERVICE_MS = 120_000;
const MIN_GAPS = 10;
const MIN_SOURCE_HISTORY_MS = 600_000;
/** "Always spoke" is for at least an hour. */
const MIN_SERVICE_HISTORY_MS = 3_600_000;
/** Services that fall silent together are one piece of news: others are waited for this long. */
const GATHER_MS = 20_000;
/** News of one source, and of services, come at most this often: whatever flaps. */
const LEAST_BETWEEN_MS = 600_000;
/** A service that has been silent for a day, and was told, is not expected any more: it was renamed or retired. */
const GIVEN_UP_MS = 86_400_000;

/**
 * Knows who speaks, how often, and who should have spoken by now. Fed with all that arrives, before anything is shed.
 * A service's silence counts only while its source is heard: when all is silent, it is the source. Times are the clock's.
 */
export class BlindWatch {
  readonly #names: Names;
  readonly #sources = new Map<string, Watched>();
  readonly #services: (WatchedService | undefined)[] = [];
  #spells: OpenSpell[] = [];
  /** Blind services that nobody was told of, by number. */
  readonly #untold = new Set<number>();
  readonly #notBefore = new Map<string, number>();
  #gatherUntil = 0;
  /** The second in which each service was last heard of: one comparison a span. */
  #second = new Float64Array(256);

  constructor(names: Names) {
    this.#names = names;
  }

  arrived(source: string, { service, length }: SpanBatch, nowMs: number): void {
    if (length === 0) return;
    const second = Math.floor(nowMs / 1000);
    this.#hear(this.#source(source, nowMs), nowMs);
    for (let i = 0; i < length; i++) {
      const id = service[i];
      if (id >= this.#second.length) this.#grow(id);
      // 0: a span that names no service.
      if (id === 0 || this.#second[id] === second) continue;
      this.#second[id] = second;
      const watched = this.#service(id, source, nowMs);
      watched.source = source;
      this.#hear(watched, nowMs);
    }
  }

  /** Silence until now is our own making: nothing was let in. */
  excuse(nowMs: number): void {
    for (const watched of this.#all()) watched.excusedMs = nowMs;
  }

  /** Looks who is missing, and who is back. Returns what people should hear. */
  look(nowMs: number): readonly BlindNews[] {
    return [...this.#overNews(nowMs), ...this.#sourceNews(nowMs), ...this.#serviceNews(nowMs)];
  }

  /** All that is silent now for longer than is plausible. */
  spots(): readonly BlindSpot[] {
    const spots: BlindSpot[] = [];
    for (const [name, { blindMs }] of this.#sources)
      if (blindMs > 0) spots.push({ kind: 'source', name, sinceMs: blindMs });
    for (const watched of this.#services)
      if (watched !== undefined && watched.blindMs > 0)
        spots.push({ kind: 'service', name: serviceLabel(watched.identity), sinceMs: watched.blindMs });
    return spots;
  }

  /**
   * Services of which nothing can be said, and since when: silent, by themselves or with their source, for half of what is
   * plausible or longer, and from `latestMs` on at the latest unless it is rare. For a day at most: then it is not expected.
   */
  unseen(nowMs: number, latestMs: number): readonly UnseenService[] {
    const unseen: UnseenService[] = [];
    for (const watched of this.#services) {
      if (watched === undefined) continue;
      const source = this.#sources.get(watched.source);
      const late = source !== undefined && this.#isLate(source, nowMs, latestMs);
      const patience = this.#servicePatience(watched.rhythm);
      const quiet = this.#serviceSilence(watched, nowMs) > holdAfterMs(watched.rhythm, patience, latestMs);
      if (!late && !quiet && watched.blindMs === 0) continue;
      const heardMs = late && watched.blindMs === 0 && !quiet ? source.rhythm.lastMs : watched.rhythm.lastMs;
      const sinceMs = Math.max(heardMs, watched.excusedMs);
      if (nowMs - sinceMs < GIVEN_UP_MS) unseen.push({ ...watched.identity, sinceMs });
    }
    return unseen;
  }

  snapshot(): BlindState {
    const services = this.#services.filter((watched) => watched !== undefined);
    return {
      sources: [...this.#sources].map(([name, { rhythm }]) => [name, rhythm] as const),
      services: services
        .filter(({ rhythm }) => rhythm.gaps > 0)
        .map(({ identity, source, rhythm }) => [identity, source, rhythm] as const),
      spells: this.#spells,
    };
  }

  /** Goes on with what an earlier process knew; the time until now is excused, what was told stays told. */
  restore({ sources, services, spells }: BlindState, nowMs: number): void {
    this.#spells = spells.map(({ spell, missing }) => ({ spell, missing: [...missing] }));
    const blindSince = (kind: BlindSpell['kind'], name: string): number =>
      this.#spells.find(({ spell, missing }) => spell.kind === kind && missing.includes(name))?.spell
        .sinceMs ?? 0;
    for (const [name, rhythm] of sources)
      this.#sources.set(name, {
        rhythm: restored(rhythm),
        excusedMs: nowMs,
        blindMs: blindSince('source', name),
      });
    for (const [identity, source, rhythm] of services) {
      const id = this.#names.service(identity);
      const blindMs = blindSince('service', serviceLabel(identity));
      this.#services[id] = { identity, source, rhythm: restored(rhythm), excusedMs: nowMs, blindMs };
    }
  }

  #hear(watched: Watched, nowMs: number): void {
    const { rhythm } = watched;
    rhythm.lastMs = nowMs;
    const told = watched.blindMs > 0;
    const gapMs = nowMs - (told ? watched.blindMs : rhythm.heardMs);
    // Within a second is one moment: spans come in batches. The gaps of what never pauses add up to its time all the same.
    if (!told && gapMs < 1000) return;
    if (told || rhythm.heardMs >= watched.excusedMs) learnGap(rhythm, gapMs, told);
    watched.blindMs = 0;
    rhythm.heardMs = nowMs;
  }

  #overNews(nowMs: number): BlindNews[] {
    const news: BlindNews[] = [];
    for (const open of this.#spells) {
      const still = open.missing.filter((name) => this.#isStillMissing(open.spell, name, nowMs));
      open.missing.splice(0, open.missing.length, ...still);
      if (still.length === 0) news.push({ type: 'over', spell: open.spell, atMs: nowMs });
    }
    this.#spells = this.#spells.filter(({ missing }) => missing.length > 0);
    return news;
  }

  #isStillMissing({ kind }: BlindSpell, name: string, nowMs: number): boolean {
    if (kind === 'source') {
      const source = this.#sources.get(name);
      if (source === undefined || source.blindMs > 0) return source !== undefined;
      // Its services are given the time to be heard of, too.
      for (const service of this.#services) if (service?.source === name) service.excusedMs = nowMs;
      return false;
    }
    const id = this.#services.findIndex(
      (service) => service !== undefined && serviceLabel(service.identity) === name,
    );
    const service = this.#services[id];
    if (service === undefined || service.blindMs === 0) return false;
    if (nowMs - service.blindMs < GIVEN_UP_MS) return true;
    this.#services[id] = undefined;
    this.#second[id] = 0;
    return false;
  }

  #sourceNews(nowMs: number): BlindNews[] {
    const news: BlindNews[] = [];
    for (const [name, source] of this.#sources) {
      const silent = this.#sourceSilence(source, nowMs) > this.#sourcePatience(source.rhythm);
      if (source.blindMs === 0 && silent) source.blindMs = source.rhythm.lastMs;
      const told = this.#spells.some(({ spell }) => spell.kind === 'source' && spell.names[0] === name);
      if (source.blindMs === 0 || told || nowMs < (this.#notBefore.get(name) ?? 0)) continue;
      this.#notBefore.set(name, nowMs + LEAST_BETWEEN_MS);
      news.push(this.#begin('source', [name], source.blindMs, nowMs));
    }
    return news;
  }

  #serviceNews(nowMs: number): BlindNews[] {
    for (const [id, service] of this.#services.entries()) {
      if (service === undefined) continue;
      if (service.blindMs === 0) {
        this.#untold.delete(id);
        if (this.#serviceSilence(service, nowMs) <= this.#servicePatience(service.rhythm)) continue;
        service.blindMs = service.rhythm.lastMs;
        if (this.#untold.size === 0) this.#gatherUntil = nowMs + GATHER_MS;
        this.#untold.add(id);
      }
    }
    const notBefore = Math.max(this.#gatherUntil, this.#notBefore.get('') ?? 0);
    if (this.#untold.size === 0 || nowMs < notBefore) return [];
    const services = [...this.#untold].flatMap((id) => this.#services[id] ?? []);
    this.#untold.clear();
    if (services.length === 0) return [];
    this.#notBefore.set('', nowMs + LEAST_BETWEEN_MS);
    const names = services.map(({ identity }) => serviceLabel(identity)).toSorted();
    return [this.#begin('service', names, Math.min(...services.map(({ blindMs }) => blindMs)), nowMs)];
  }

  #begin(kind: BlindSpell['kind'], names: readonly string[], sinceMs: number, atMs: number): BlindNews {
    const about = kind === 'source' ? `source:${names[0]}` : 'services';
    const spell: BlindSpell = { id: `blind:${about}:${Math.floor(atMs / 1000)}`, kind, names, sinceMs };
    this.#spells.push({ spell, missing: [...names] });
    return { type: 'blind', spell, atMs };
  }

  #isLate(source: Watched, nowMs: number, latestMs: number): boolean {
    const after = holdAfterMs(source.rhythm, this.#sourcePatience(source.rhythm), latestMs);
    return source.blindMs > 0 || this.#sourceSilence(source, nowMs) > after;
  }

  #sourceSilence({ rhythm, excusedMs }: Watched, nowMs: number): number {
    return nowMs - Math.max(rhythm.lastMs, excusedMs);
  }

  /** Up to when its source was last heard of: what nobody could have heard is no silence of its own. */
  #serviceSilence({ rhythm, excusedMs, source }: WatchedService, nowMs: number): number {
    const heardMs = Math.min(nowMs, this.#sources.get(source)?.rhythm.lastMs ?? 0);
    return heardMs - Math.max(rhythm.lastMs, excusedMs);
  }

  #sourcePatience(rhythm: Rhythm): number {
    const patience = patienceMs(rhythm, {
      falsePerWeek: FALSE_PER_WEEK,
      watched: this.#sources.size,
      leastMs: LEAST_SOURCE_MS,
      minGaps: MIN_GAPS,
      minHistoryMs: MIN_SOURCE_HISTORY_MS,
    });
    return patience === Number.POSITIVE_INFINITY ? UNKNOWN_SOURCE_MS : patience;
  }

  #servicePatience(rhythm: Rhythm): number {
    return patienceMs(rhythm, {
      falsePerWeek: FALSE_PER_WEEK,
      watched: this.#services.length,
      leastMs: LEAST_SERVICE_MS,
      minGaps: MIN_GAPS,
      minHistoryMs: MIN_SERVICE_HISTORY_MS,
    });
  }

  #source(name: string, nowMs: number): Watched {
    let source = this.#sources.get(name);
    if (source === undefined) {
      source = { rhythm: newRhythm(nowMs), excusedMs: 0, blindMs: 0 };
      this.#sources.set(name, source);
    }
    return source;
  }

  #service(id: number, source: string, nowMs: number): WatchedService {
    const known = this.#services[id];
    if (known !== undefined) return known;
    const identity = this.#names.serviceIdentity(id);
    return (this.#services[id] = { identity, source, rhythm: newRhythm(nowMs), excusedMs: 0, blindMs: 0 });
  }

  #all(): readonly Watched[] {
    return [...this.#sources.values(), ...this.#services.filter((one) => one !== undefined)];
  }

  #grow(id: number): void {
    this.#second = widened(this.#second, Math.max(id + 1, this.#second.length * 2));
  }
}
