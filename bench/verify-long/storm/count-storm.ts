import { createMetrics, createRandom, ManualClock, silentLogger } from '../../../src/runtime/index.ts';
import { asArray, asText, type JsonObject } from '../../../src/simulator/vendors/json-fields.ts';
import { type Delivery, openSqliteStore } from '../../../src/store/index.ts';
import type { StormStory } from './tell-storm.ts';
import { newsIn, START_MS } from './traffic.ts';
import { type StormChannel, STORM_CHANNELS } from './vendors.ts';

/** Told by a later message, or of what a channel tells nobody by its own rules: a ticket has no comment of figures. */
const COVERED: readonly string[] = ['superseded', 'skipped'];

export interface ChannelCount {
  readonly channel: StormChannel;
  readonly decided: number;
  readonly sent: number;
  /** A later message, or a digest, says it. */
  readonly covered: number;
  readonly lost: number;
  /** News that people saw twice, and how much of it was not in flight at a kill. */
  readonly twice: number;
  readonly unexplained: number;
}

/** What became of every message, by the store and by what the vendors took. */
export async function countStorm(story: StormStory): Promise<readonly ChannelCount[]> {
  const deliveries = await deliveriesOf(story.db);
  return STORM_CHANNELS.map((channel) => {
    const own = deliveries.filter((one) => one.channel === channel && one.message.event !== 'digest');
    const twice = seenTwice(channel, story);
    return {
      channel,
      decided: own.length,
      sent: own.filter(({ state }) => state === 'sent').length,
      covered: own.filter(({ state }) => COVERED.includes(state)).length,
      lost: own.filter(({ state }) => state !== 'sent' && !COVERED.includes(state)).length,
      twice: twice.length,
      unexplained: twice.filter((message) => !story.inFlight.has(`${message}/${channel}`)).length,
    };
  });
}

/** Issues by what they are about: a label each. */
export function ticketsOf({ vendors }: StormStory): ReadonlyMap<string, number> {
  const tickets = new Map<string, number>();
  for (const { fields } of vendors.jira.issues()) {
    const label =
      asArray(fields['labels'])
        .map(asText)
        .find((one) => one.startsWith('spanwatch-')) ?? '';
    tickets.set(label, (tickets.get(label) ?? 0) + 1);
  }
  return tickets;
}

async function deliveriesOf(db: string): Promise<readonly Delivery[]> {
  const clock = new ManualClock(START_MS);
  const runtime = { clock, logger: silentLogger(), metrics: createMetrics(), random: createRandom(1) };
  const store = openSqliteStore({ path: db }, runtime);
  const all: Delivery[] = [];
  for (let after: string | undefined; ;) {
    const page = await store.outboxAdmin.list({ limit: 500, ...(after !== undefined && { after }) });
    all.push(...page.deliveries);
    if (page.next === undefined) break;
    after = page.next;
  }
  await store.close();
  return all;
}

/** Message ids of the news that a channel shows twice: an edit that comes again shows nothing new. */
function seenTwice(channel: StormChannel, { vendors }: StormStory): readonly string[] {
  const counted = new Map<string, number>();
  for (const body of vendors.receivers[channel].accepted) {
    const kind = shownAs(channel, body);
    if (kind === undefined) continue;
    const text = JSON.stringify(body);
    if (text.includes(' incidents, summed up')) continue;
    for (const { incident, sequence } of newsIn(text)) {
      const key = kind === 'root' ? `${incident}-root` : `${incident}-${sequence}`;
      counted.set(key, (counted.get(key) ?? 0) + 1);
      if (kind === 'root' && (counted.get(key) ?? 0) === 2) counted.set(`${incident}-${sequence}`, 2);
    }
  }
  return [...counted].filter(([key, times]) => times > 1 && !key.endsWith('-root')).map(([key]) => key);
}

function shownAs(channel: StormChannel, body: JsonObject): 'root' | 'entry' | undefined {
  switch (channel) {
    case 'slack-bot':
      if (body['method'] === 'chat.update') return undefined;
      return body['thread_ts'] === undefined ? 'root' : 'entry';
    case 'feishu-app':
      if (body['msg_type'] === undefined) return undefined;
      return body['reply_in_thread'] === true ? 'entry' : 'root';
    case 'jira':
      // Issues are counted by their label.
      return body['body'] === undefined ? undefined : 'entry';
    case 'dingtalk':
    case 'webhook':
      return 'entry';
  }
}
