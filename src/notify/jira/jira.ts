import type { Message } from '../../domain/message.ts';
import type { Logger, Runtime } from '../../runtime/index.ts';
import type { Channel, DeliveryOutcome, JiraConfig } from '../port.ts';
import { createJiraApi, type JiraApi } from './jira-api.ts';
import { bodyOf, Ended, type Json, listOf, objectOf, textOf } from './jira-answers.ts';
import { AFTER_UNKNOWN_MS, createIssue } from './jira-create.ts';
import { type IssueMark, readMark, writeMark } from './jira-mark.ts';
import { JiraMemory } from './jira-memory.ts';
import { isOurs, type IssuePlace, labelRequest } from './jira-request.ts';
import { adf, wiki } from './jira-text.ts';
import { takeTransition } from './jira-transition.ts';

interface Issue {
  readonly key: string;
  readonly done: boolean;
  readonly doneAt: number | undefined;
}

/** An issue, what we noted on it, and whether this incident is the one it was last about. */
interface Found extends Issue {
  readonly mark: IssueMark;
  readonly same: boolean;
}

/**
 * One Jira issue for what an incident is about. Found again by the receipt, else by what this process made, else by the
 * label of the fingerprint; made only when there is none, and after a create whose outcome nobody knows, searched for before
 * the next try. Escalations, returns and the end are comments; the end closes it by a transition, if one is configured, and a
 * return within the window reopens what we closed. What a person closed is left alone by its incident, and the next incident
 * makes a new one that names it. Throws on an address that cannot be used.
 */
export function createJira(config: JiraConfig, runtime: Runtime): Channel {
  const api = createJiraApi(config, runtime.clock);
  const memory = new JiraMemory();
  const log = runtime.logger.child({ channel: config.name });
  return {
    name: config.name,
    // Writes to one issue are limited apart (RateLimit-Reason jira-per-issue-on-write): comments are few by nature.
    pace: { perMinute: 60, burst: 5 },
    afterKillMs: AFTER_UNKNOWN_MS,
    forPrograms: true,
    deliver: async (message, receipt, signal) => {
      try {
        const ticketing = new Ticketing({ config, api, memory, log, signal }, message);
        return await ticketing.tell(receipt?.['key'], runtime.clock.now());
      } catch (error) {
        if (error instanceof Ended) return error.outcome;
        throw error;
      }
    },
  };
}

interface TicketingParts {
  readonly config: JiraConfig;
  readonly api: JiraApi;
  readonly memory: JiraMemory;
  readonly log: Logger;
  readonly signal: AbortSignal | undefined;
}

/**
 * One delivery. What it does it may have done before (an answer that failed, a kill): comments come first, what we are about
 * to close is marked before it is closed, and each step may be repeated.
 */
class Ticketing {
  readonly #parts: TicketingParts;
  readonly #message: Message;

  constructor(parts: TicketingParts, message: Message) {
    this.#parts = parts;
    this.#message = message;
  }

  /** `known`: the key that the receipt holds. */
  async tell(known: string | undefined, nowMs: number): Promise<DeliveryOutcome> {
    const { event } = this.#message;
    // Figures and who is on it are on the incident's page; a digest is of no incident. Late log lines are worth a comment.
    if (!this.#begins && event !== 'resolved' && event !== 'context')
      return skipped(`a ticket has no comment of ${event}`, known);
    if (event === 'context' && known === undefined) return skipped('it has no ticket', known);
    const found = await this.#find(known);
    if (found === undefined) {
      // Someone has deleted it, or moved it out of sight: they know why.
      if (known !== undefined) return skipped(`left alone: ${known} is not there any more`, known);
      return this.#begins ? this.#create() : skipped('it has no ticket', known);
    }
    if (known === undefined && this.#parts.config.serviceDesk !== undefined)
      await labelRequest(this.#parts.config, this.#at(found.key), this.#message);
    if (found.done) return this.#toClosed(found, nowMs);
    await this.#comment(found);
    const stayed = event === 'resolved' ? await this.#close(found) : await this.#isLive(found);
    // The first that this incident hears of the issue of an earlier one, too.
    return sent(found.key, stayed ?? (known === undefined ? `Ticket ${found.key}` : undefined));
  }

  get #begins(): boolean {
    const { event } = this.#message;
    return event === 'opened' || event === 'reopened' || event === 'escalated';
  }

  async #toClosed(found: Found, nowMs: number): Promise<DeliveryOutcome> {
    const { key, mark, same, doneAt } = found;
    const { event, id } = this.#message;
    if (!mark.closed) {
      if (this.#begins && !same) return this.#create(key);
      return skipped(`left alone: a person closed ${key}`, same ? key : undefined);
    }
    if (event === 'context') return skipped(`${key} is closed`, key);
    if (event === 'resolved') {
      // It was we, and the comment is in it: the answer to what closed it was lost.
      if (mark.said !== id) await this.#comment(found);
      return sent(key);
    }
    const within = doneAt === undefined || nowMs - doneAt <= this.#parts.config.reopenWithinMs;
    if (!within && !same) return this.#create();
    await this.#comment(found);
    const { reopenTransition } = this.#parts.config;
    if (reopenTransition === undefined) return sent(key);
    const stayed = await this.#transition(found, reopenTransition);
    if (stayed === undefined) await this.#isLive(found);
    return sent(key, stayed);
  }

  /** It is about this incident from now on, and whoever closes it now is not us. */
  async #isLive({ key, mark }: Found): Promise<undefined> {
    const { incidentId: incident } = this.#message;
    if (!this.#begins || (mark.incident === incident && !mark.closed)) return;
    await writeMark(this.#at(key), { incident, closed: false });
  }

  /** Why it stays open; undefined when it is closed, or nothing closes it. */
  async #close(found: Found): Promise<string | undefined> {
    const { resolveTransition } = this.#parts.config;
    if (resolveTransition === undefined) return undefined;
    const { incidentId: incident, id: said } = this.#message;
    await writeMark(this.#at(found.key), { incident, closed: true, said });
    const stayed = await this.#transition(found, resolveTransition);
    // Whoever closes it now is a person.
    if (stayed !== undefined) await writeMark(this.#at(found.key), { incident, closed: false });
    return stayed;
  }

  async #create(before?: string): Promise<DeliveryOutcome> {
    const { memory, log } = this.#parts;
    const onKey = (key: string): void => {
      memory.keep(this.#message, key);
      memory.say(this.#message);
    };
    const { key, refusedAssignee } = await createIssue({ ...this.#parts, onKey }, this.#message, before);
    if (refusedAssignee === undefined) return sent(key, `Ticket ${key}`);
    log.warn({ issue: key, assignee: refusedAssignee }, 'Jira refuses the assignee; nobody is assigned');
    return sent(key, `Ticket ${key}, assigned to nobody: Jira refuses ${refusedAssignee}`);
  }

  #at(key: string): IssuePlace {
    const { api, signal } = this.#parts;
    return { api, key, signal };
  }

  async #find(known: string | undefined): Promise<Found | undefined> {
    const issue = known === undefined ? await this.#unknown() : await this.#issue(known);
    if (issue === undefined) return undefined;
    const mark = await readMark(this.#at(issue.key));
    return { ...issue, mark, same: known !== undefined || mark.incident === this.#message.incidentId };
  }

  /** What this process made may not be in the search index yet. */
  async #unknown(): Promise<Issue | undefined> {
    const { memory } = this.#parts;
    const made = memory.keyOf(this.#message);
    const issue = made === undefined ? undefined : await this.#issue(made);
    if (issue !== undefined) return issue;
    memory.forget(this.#message);
    const found = await this.#search();
    if (found !== undefined) memory.keep(this.#message, found.key);
    return found;
  }

  /** The newest issue with the label; undefined when there is none. */
  async #search(): Promise<Issue | undefined> {
    const { api, config, signal } = this.#parts;
    const jql = `project = "${config.project}" AND ${isOurs(config, this.#message)} ORDER BY created DESC`;
    const query = { jql, maxResults: 1, fields: ['status', 'resolutiondate'] };
    const path = config.flavour === 'cloud' ? '/search/jql' : '/search';
    const [first] = listOf(bodyOf(await api.call('POST', path, query, signal))['issues']);
    return first === undefined ? undefined : issueIn(first);
  }

  async #issue(key: string): Promise<Issue | undefined> {
    const { api, signal } = this.#parts;
    const path = `/issue/${encodeURIComponent(key)}?fields=status,resolutiondate`;
    const answer = await api.call('GET', path, undefined, signal);
    return answer.kind === 'missing' ? undefined : issueIn(bodyOf(answer));
  }

  /** Once, as far as this process knows. */
  async #comment({ key }: Issue): Promise<void> {
    const { api, config, memory, signal } = this.#parts;
    if (memory.hasSaid(this.#message)) return;
    const body = config.flavour === 'cloud' ? adf(this.#message) : wiki(this.#message);
    bodyOf(await api.call('POST', `/issue/${encodeURIComponent(key)}/comment`, { body }, signal));
    memory.say(this.#message);
  }

  /** Why it stayed; undefined when it went. */
  async #transition({ key }: Issue, wanted: string): Promise<string | undefined> {
    const outcome = await takeTransition(this.#at(key), wanted, this.#parts.config.transitionFields);
    return outcome.kind === 'done' ? undefined : `Ticket ${key} stays as it is: ${outcome.reason}`;
  }
}

function sent(key: string, note?: string): DeliveryOutcome {
  return { kind: 'sent', receipt: { key }, ...(note !== undefined && { note }) };
}

function skipped(reason: string, key: string | undefined): DeliveryOutcome {
  return { kind: 'skipped', reason, ...(key !== undefined && { receipt: { key } }) };
}

function issueIn(issue: Json): Issue {
  const fields = objectOf(issue['fields']);
  const doneAt = Date.parse(textOf(fields['resolutiondate']));
  return {
    key: textOf(issue['key']),
    done: textOf(objectOf(objectOf(fields['status'])['statusCategory'])['key']) === 'done',
    doneAt: Number.isNaN(doneAt) ? undefined : doneAt,
  };
}
