import type { Check, CheckResult, CheckRow } from './check.ts';
import { type OutageStory, tellOutage } from './outages/outage.ts';
import { OUTAGE_SUBJECTS, OUTAGES, type OutageKind, type OutageSubject } from './outages/receivers.ts';

const MINUTES = 60;
/** A receiver that is down is asked at most this often in an hour: pauses of a minute, by halves, and the way there. */
const MAX_ATTEMPTS_WHILE_DOWN = 140;

export const outages: Check = {
  name: 'outages',
  title: 'Channels that are down for an hour',
  run: ({ say }) => compareOutages({ minutes: MINUTES, subjects: OUTAGE_SUBJECTS, kinds: OUTAGES, say }),
};

interface Cell {
  readonly subject: OutageSubject;
  readonly outage: OutageKind;
  readonly story: OutageStory;
}

/** Each channel through each outage that it can have. */
export async function compareOutages(options: {
  readonly minutes: number;
  readonly subjects: readonly OutageSubject[];
  readonly kinds: readonly OutageKind[];
  readonly say: (text: string) => void;
}): Promise<CheckResult & { readonly cells: readonly Cell[] }> {
  const cells: Cell[] = [];
  for (const subject of options.subjects) {
    for (const outage of options.kinds) {
      if (outage === '200 with an error' && subject.errorInBody === undefined) continue;
      const story = await tellOutage({ subject, outage, minutes: options.minutes });
      cells.push({ subject, outage, story });
      options.say(
        `${subject.name}, ${outage}: ${story.delivered} of ${story.decided} delivered, ${story.digests} digests`,
      );
    }
  }
  return { cells, rows: rowsOf(cells), markdown: markdownOf(cells, options.minutes) };
}

function rowsOf(cells: readonly Cell[]): CheckRow[] {
  const sum = (of: (story: OutageStory) => number): number =>
    cells.reduce((total, { story }) => total + of(story), 0);
  const none = (promise: string, of: (story: OutageStory) => number): CheckRow => ({
    promise,
    measured: `${sum(of)} of ${sum(({ decided }) => decided)}`,
    ok: sum(of) === 0,
  });
  const most = Math.max(...cells.map(({ story }) => story.attemptsWhileDown));
  const paced = cells.filter(({ subject }) => subject.maxRequestsPerMinute !== undefined);
  const tooFast = paced.filter(
    ({ subject, story }) => story.maxPerMinute > (subject.maxRequestsPerMinute ?? 0),
  );
  return [
    none('messages lost: 0', ({ lost }) => lost),
    none('openings at P0 and P1 that were not sent as such: 0', ({ urgentNotSent }) => urgentNotSent),
    none('news out of its incident’s order: 0', ({ orderViolations }) => orderViolations),
    none('news that came twice: 0', ({ doubled }) => doubled),
    none('rules of vendors broken, rates included: 0', ({ rulesBroken }) => rulesBroken.length),
    {
      promise: `attempts at a receiver that is down for an hour: at most ${MAX_ATTEMPTS_WHILE_DOWN}`,
      measured: `at most ${most}`,
      ok: most <= MAX_ATTEMPTS_WHILE_DOWN,
    },
    {
      promise: 'no minute after the outage holds more than the vendor allows',
      measured: `${tooFast.length} of ${paced.length} did`,
      ok: tooFast.length === 0,
    },
    {
      promise: 'everything has arrived at the end',
      measured: `${cells.filter(({ story }) => story.caughtUpAfterS !== undefined).length} of ${cells.length} outages`,
      ok: cells.every(({ story }) => story.caughtUpAfterS !== undefined),
    },
  ];
}

function markdownOf(cells: readonly Cell[], minutes: number): string {
  const head = [
    'channel',
    'outage',
    'decided',
    'delivered',
    'superseded',
    'summed up',
    'digests',
    'expired',
    'lost',
    'attempts while down',
    'most a minute afterwards',
    'caught up after',
    'order violations',
  ];
  const lines = cells.map(({ subject, outage, story }) => [
    subject.name,
    outage,
    story.decided,
    story.delivered,
    story.superseded,
    story.summedUp,
    story.digests,
    story.expired,
    story.lost,
    story.attemptsWhileDown,
    story.maxPerMinute,
    story.caughtUpAfterS === undefined ? 'never' : `${story.caughtUpAfterS} s`,
    story.orderViolations,
  ]);
  const row = (parts: readonly (string | number)[]): string => `| ${parts.join(' | ')} |`;
  return [
    `${minutes} minutes of simulated time each, second by second, over real HTTP to doubles that hold to the vendor's documented rules and rates. Two incidents a minute open, are updated, escalate and resolve (eight messages a minute, one incident in five at P0 or P1), before,`,
    'during and after the outage. *Superseded*: a later message of the incident holds the whole state (all but the newest where a channel edits). *Summed up*: a digest stands for them. *Expired*: updates more than an hour old. *Most a minute*: requests; `slack-bot` and `feishu-app` make two for each piece of news.',
    '',
    row(head),
    row(head.map(() => '---')),
    ...lines.map(row),
  ].join('\n');
}
