import type { Catalogue, StepSubject } from './catalogue.ts';
import { ruleTextsEn } from './rule-texts.ts';
import { callersEn, fewEn, symptomClauseEn } from './symptom-en.ts';

export const en: Catalogue = {
  or: (names) => names.join(' or '),
  between: { sentences: ' ', items: '; ' },
  unknown: 'something',
  suspectName: {
    instance: (service, instance) => `${service}, instance ${instance}`,
    version: (service, version) => `${service}, version ${version}`,
    host: (node) => `host ${node}`,
  },
  title: {
    opened: (severity, what, since) => `${severity} ${what} since ${since}`,
    updated: (severity, what, since) => `${severity} update: ${what} since ${since}`,
    escalated: (severity, from, what, since) => `${severity} (was ${from}) ${what} since ${since}`,
    reopened: (severity, what, since) => `${severity} again: ${what} since ${since}`,
    resolved: (name, lasted) => `Resolved: ${name} is back to normal after ${lasted}`,
    resolvedBy: (name, by, lasted) => `Resolved by ${by}: ${name}, after ${lasted}`,
    acknowledged: (severity, name, by) => `${severity} ${name}: ${by} is on it`,
    noted: (severity, name, by) => `${severity} ${name}: note by ${by}`,
  },
  sample: {
    title: (title) => `TEST ${title}`,
    summary: 'This is a test by a person: nothing is wrong, and nobody needs to act.',
  },
  digest: {
    title: (messages, incidents) => `${messages} messages about ${incidents} incidents, summed up`,
    summary: (more) =>
      `More messages waited for this channel than anybody reads. This stands for them; openings at P0 and P1 are sent on their own.${more > 0 ? ` Below are the gravest, and ${more} more.` : ''}`,
  },
  trace: {
    slow: 'slow trace',
    failing: 'failing trace',
    'without-call': 'trace without the call',
    odd: 'odd trace',
  },
  symptom: (name, symptom) => `${name} ${symptomClauseEn(symptom, en.rule)}`,
  summary: {
    since: (what, since) => `${what}, since ${since}.`,
    hurt: (share) => `${share} of all entry traffic uses it.`,
    answered: (share) => `Its callers answer without it: ${share} of its failures reached an entry.`,
    unsure: (names) => `Not sure which: one of ${names}.`,
    resolved: (name, lasted, worst) => `${name} is back to normal after ${lasted}; ${worst} at its worst.`,
    resolvedBy: (name, by, worst) =>
      `${by} resolved ${name}; ${worst} at its worst. It is told again if it gets worse or comes back.`,
    acknowledged: (by) => `${by} is on it.`,
  },
  fact: {
    since: 'Since',
    ...{ hit: 'Who is hit', wasHit: 'Who was hit', uses: 'Who uses it' },
    lasted: 'Lasted',
    worst: 'Worst',
    severity: 'Severity',
    takenBy: 'Taken by',
    note: 'Note',
    incident: 'Incident',
    load: 'Overload',
    deploy: 'Deploy',
  },
  deploy: (service, [from, to], when) =>
    `${service} ${from} -> ${to}${when === '' ? ', in the minute in which it began' : `, ${when}`}`,
  before: (duration) => `${duration} before it began`,
  after: (duration) => `${duration} after it began`,
  keptShare: (oneOf) => `Spanwatch was overloaded when this opened and took 1 of ${oneOf} traces, whole ones`,
  hit: {
    share: (share) => `${share} of entry traffic uses it`,
    entry: (name, part, time) => (time === '' ? `${name} (${part})` : `${name} (${part}; ${time})`),
    part: (share) => `${share} of its requests use it`,
    time: (observed, expected) => `${observed} against ${expected}`,
    more: (count) => `and ${count} more`,
  },
  lasted: (duration, from, to) => `${duration} (${from} to ${to})`,
  severityChange: (from, to) => `${to}, was ${from}`,
  duration: (ms) => {
    const minutes = Math.round(ms / 60_000);
    if (ms < 90_000) return `${Math.max(1, Math.round(ms / 1000))} s`;
    if (minutes < 60) return `${minutes} min`;
    const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
    return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
  },
  why: {
    code: 'the time goes in its own code',
    network: 'the time is lost on the network to and from it',
    cpu: 'it looks short of CPU: its own time and the calls to it slow down together',
    queue: 'messages wait in the queue before it takes them; nobody waits for the answer',
    errors: 'the failures start here, not in what it calls',
    'missing-calls': 'it stopped making calls that it normally makes',
    'more-calls': 'its code makes the same call over and over',
    'new-calls': 'its code makes a call that it never made before',
    dependency: 'the time is spent waiting for this call',
    rule: 'a rule of yours says so',
  },
  whyThen: {
    code: 'the time went in its own code',
    network: 'the time was lost on the network to and from it',
    cpu: 'it looked short of CPU: its own time and the calls to it slowed down together',
    queue: 'messages waited in the queue before it took them; nobody waited for the answer',
    errors: 'the failures started here, not in what it calls',
    'missing-calls': 'it did not make calls that it normally makes',
    'more-calls': 'its code made the same call over and over',
    'new-calls': 'its code made a call that it had never made before',
    dependency: 'the time was spent waiting for this call',
    rule: 'a rule of yours said so',
  },
  whyShared: (callers, fails) =>
    `${fails ? 'what asks it fails' : 'the time is spent waiting for it'}, seen by ${callersEn(callers)}`,
  whySharedThen: (callers, failed) =>
    `${failed ? 'what asked it failed' : 'the time was spent waiting for it'}, seen by ${callersEn(callers)}`,
  soFar: (observed) => `${observed} so far`,
  figureOf: (service, observed) => `${service} ${observed}`,
  whyEvidence: (why, observed, expected) => `${why} (${observed} against ${expected})`,
  whyEvidenceThen: (why, observed, expected) => `${why} (${observed} at its worst, normally ${expected})`,
  whyAgainst: (why, against) => `${why}; but unchanged: ${against}`,
  whyPassedOn: (why, name) => `${why}; but ${name} has no more failures of its own than usual`,
  whyNot: (why, names, failures) =>
    `${why}; not ${listed(names)}: ${names.length === 1 ? 'its' : 'their'} own ${failures ? 'failures are' : 'time is'} as usual`,
  component: {
    self: ({ owner }) => `own time of ${owner}`,
    dependency: ({ owner, other }) => `waiting of ${owner} for ${other}`,
    request: ({ owner, other }) => `request from ${owner} to ${other}`,
    response: ({ owner, other }) => `response from ${other} to ${owner}`,
    queue: ({ owner, other }) => `wait of messages from ${owner} in the queue before ${other}`,
    total: ({ owner }) => `end-to-end time of ${owner}`,
    error: ({ owner }) => `errors of ${owner}`,
    outlier: ({ owner }) => `odd traces of ${owner}`,
    shape: ({ owner }) => `new call paths under ${owner}`,
    calls: ({ owner, other }) => `calls from ${owner} to ${other}`,
    traffic: ({ owner }) => `traffic of ${owner}, per second`,
  },
  evidence: {
    line: (what, observed, expected) => `${what}: ${observed} against ${expected}`,
    calls: ({ owner, other }, observed, expected) =>
      expected === undefined
        ? `${owner} calls ${other} ${observed} times a request, which it never did before`
        : `${owner} calls ${other} ${observed} times a request, usually ${expected}`,
    besideSiblings: (what, observed, expected) => `${what}: ${observed}, its siblings ${expected}`,
    times: (times) => ` (${times}x)`,
    count: (count) => `, ${count} seen`,
    countSoFar: (count) => `, ${count} seen so far`,
    tail: (share, over) => `${share} over ${over}`,
    few: fewEn,
    more: (count) => `and ${count} more`,
  },
  rule: ruleTextsEn((ms) => en.duration(ms)),
  steps: {
    byCause: {
      rule: (subject) => [
        lookAtTrace(subject, `what keeps ${subject.name} from its limit`),
        'If nobody minds, change the limit in `rules`; what is learned goes on beside it',
      ],
      code: (subject) => [
        lookAtTrace(subject, `where ${operationOf(subject)} spends its time`),
        `Check what changed in ${subject.service} shortly before ${subject.since} (deploy, flag, config); roll it back if it fits`,
      ],
      network: (subject) => [
        `Check the network of ${subject.service}: retransmits, DNS, sidecars, the load balancer, its node`,
        `Move ${subject.service} to another node, or take the slow path out of rotation`,
      ],
      cpu: (subject) => [
        `Check CPU use and throttling of ${subject.service}${subject.node === undefined ? '' : ` on ${subject.node}`}, and what else runs there`,
        `Raise its CPU limit, or add instances`,
      ],
      queue: (subject) => [
        `Check how many messages wait for ${subject.service}, and whether its consumers run, rebalance or hang on one message`,
        `Add consumers of ${subject.service}; see whether it is sent more than usual, and by whom`,
      ],
      errors: (subject) => [
        `Read the errors of ${subject.service} since ${subject.since} (logs, and the failing span)`,
        `Check what changed in ${subject.service} shortly before (deploy, flag, config, credentials); roll it back if it fits`,
      ],
      'missing-calls': (subject) => [
        lookAtTrace(subject, `which calls of ${operationOf(subject)} are gone`),
        `Check for an early return, a swallowed error or a flag in ${subject.service}; answers may be wrong though they are fast`,
      ],
      'more-calls': (subject) => [
        lookAtTrace(subject, `which call ${operationOf(subject)} repeats`),
        `Look for a query in a loop, a cold cache or a retry in ${subject.service}; what it calls carries the load`,
      ],
      'new-calls': (subject) => [
        lookAtTrace(subject, `what ${operationOf(subject)} calls now`),
        `Check what changed in ${subject.service} shortly before ${subject.since} (deploy, flag, config); if it is wanted, say so: it is normal then`,
      ],
      dependency: (subject) => [
        `Check ${subject.peer ?? subject.name} itself: load, slow queries, locks, quota`,
        subject.isShared
          ? `See which of its callers loads it: a deploy, a job, a new query`
          : `Check the connection pool and timeouts in ${subject.service}`,
      ],
    },
    byKind: {
      instance: ({ service, instance }) => `Take instance ${instance ?? ''} of ${service} out of rotation`,
      version: ({ service, version }) => `Roll ${service} back from version ${version ?? ''}`,
      host: ({ node }) => `Drain host ${node ?? ''}`,
    },
    urgent: ({ service }) => `Call the owner of ${service} now; users are hit`,
    calm: 'Watch whether the share of traffic hit grows; it can wait for daylight if it does not',
    unsure: (names) => `Look at ${names} side by side before you act`,
    unknown: (trace) => `Compare the ${trace} with the typical one`,
    resolved: (trace) => [
      `Nothing to do now; if nobody changed anything, look at the ${trace}: it may come back`,
      'Write down what helped',
    ],
  },
  link: { incident: 'Incident' },
  terminal: {
    suspects: 'Suspects',
    evidence: 'Evidence',
    traces: 'Traces',
    slow: 'slow',
    typical: 'typical',
    logs: 'Logs',
    next: 'Next',
    links: 'Links',
  },
};

/** "a", "a or b", "a, b or c". */
function listed(names: readonly string[]): string {
  return en.or([names.slice(0, -1).join(', '), names[names.length - 1]].filter((part) => part !== ''));
}

function lookAtTrace(subject: StepSubject, what: string): string {
  if (!subject.hasTrace) return `Look at recent traces: see ${what}`;
  return subject.hasTypical
    ? `Open the ${subject.trace} beside the typical one: see ${what}`
    : `Open the ${subject.trace}: see ${what}`;
}

function operationOf({ service, operation }: StepSubject): string {
  return operation === undefined ? service : `${service} ${operation}`;
}
