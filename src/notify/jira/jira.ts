import { createHash } from 'node:crypto';
import type { Message } from '../../domain/message.ts';
import { type JsonValue, parseJson, type Runtime } from '../../runtime/index.ts';
import type { Channel, DeliveryOutcome, JiraConfig, Receipt } from '../port.ts';
import { createJiraApi, type JiraAnswer, type JiraApi } from './jira-api.ts';
import { adf, jiraSummary, wiki } from './jira-text.ts';

/** Where we note on an issue that it was we who closed it. */
const PROPERTY = 'spanwatch';
/** A search may miss what was just made (Cloud's index is eventually consistent): so much later it does not. */
const AFTER_UNKNOWN_MS = 30_000;

interface Issue {
  readonly key: string;
  readonly done: boolean;
  readonly doneAt: number | undefined;
}

/** An answer that ends the delivery. */
class Ended extends Error {
  readonly outcome: DeliveryOutcome;
  constructor(outcome: DeliveryOutcome) {
    super('ended');
    this.outcome = outcome;
  }
}

/**
 * One Jira issue for what an incident is about. Found again by the receipt, else by the label of the fingerprint; made
 * only when a search finds none, and after a create whose outcome nobody knows, searched for before the next try.
 * Escalations, returns and the end are comments; the end closes it by a transition, if one is configured, and a return
 * within the window reopens what we closed. What a person closed is left alone until the window is over. Throws on an
 * address that cannot be used.
 */
export function createJira(config: JiraConfig, runtime: Runtime): Channel {
  const api = createJiraApi(config, runtime.clock);
  return {
    name: config.name,
    // Writes to one issue are limited apart (RateLimit-Reason jira-per-issue-on-write): comments are few by nature.
    pace: { perMinute: 60, burst: 5 },
    forPrograms: true,
    deliver: async (message, receipt, signal) => {
      try {
        return await new Ticketing(config, api, signal).tell(message, receipt, runtime.clock.now());
      } catch (error) {
        if (error instanceof Ended) return error.outcome;
        throw error;
      }
    },
  };
}

class Ticketing {
  readonly #config: JiraConfig;
  readonly #api: JiraApi;
  readonly #signal: AbortSignal | undefined;

  constructor(config: JiraConfig, api: JiraApi, signal: AbortSignal | undefined) {
    this.#config = config;
    this.#api = api;
    this.#signal = signal;
  }

  async tell(message: Message, receipt: Receipt | undefined, nowMs: number): Promise<DeliveryOutcome> {
    const { event } = message;
    const begins = event === 'opened' || event === 'reopened' || event === 'escalated';
    const known = receipt?.['key'];
    // Figures and who is on it are on the incident's page; a digest is of no incident.
    if (!begins && event !== 'resolved') return sent(receipt);
    const issue = known === undefined ? await this.#search(message) : await this.#issue(known);
    if (issue === undefined) {
      // Someone has deleted it, or moved it out of sight: they know why.
      if (known !== undefined) return sent(receipt);
      return begins ? this.#create(message) : { kind: 'sent' };
    }
    if (issue.done) return begins ? this.#return(issue, message, nowMs) : sent({ key: issue.key });
    if (event === 'resolved') await this.#close(issue);
    await this.#comment(issue, message);
    return sent({ key: issue.key });
  }

  /** It comes back, and its issue is closed. */
  async #return(issue: Issue, message: Message, nowMs: number): Promise<DeliveryOutcome> {
    const within = issue.doneAt === undefined || nowMs - issue.doneAt <= this.#config.reopenWithinMs;
    if (!within) return this.#create(message);
    if (await this.#closedByUs(issue)) {
      const { reopenTransition } = this.#config;
      if (reopenTransition !== undefined && (await this.#transition(issue, reopenTransition)))
        await this.#note(issue, false);
      await this.#comment(issue, message);
    }
    return sent({ key: issue.key });
  }

  async #close(issue: Issue): Promise<void> {
    const { resolveTransition } = this.#config;
    if (resolveTransition === undefined) return;
    // Noted after it is done: a person's close is never taken for ours, ours at worst for a person's.
    if (await this.#transition(issue, resolveTransition)) await this.#note(issue, true);
  }

  async #create(message: Message): Promise<DeliveryOutcome> {
    const assignee = message.ticket?.assignee;
    let answer = await this.#post(message, assignee);
    // Somebody who has left, or may not be assigned, must not cost the ticket.
    if (answer.kind === 'refused' && assignee !== undefined && answer.fields.includes('assignee'))
      answer = await this.#post(message, undefined);
    if (answer.kind === 'failed' && answer.unknown && answer.outcome.kind === 'retry') {
      const afterMs = Math.max(AFTER_UNKNOWN_MS, answer.outcome.afterMs ?? 0);
      return {
        ...answer.outcome,
        afterMs,
        reason: `${answer.outcome.reason}; searched for before another try`,
      };
    }
    return sent({ key: textOf(bodyOf(answer)['key']) });
  }

  #post(message: Message, assignee: string | undefined): Promise<JiraAnswer> {
    const { project, issueType, labels, fields, flavour } = this.#config;
    const others = fields.map(({ id, json }) => {
      const parsed = parseJson(json);
      return [id, parsed.ok ? parsed.value : json] as const;
    });
    return this.#api.call(
      'POST',
      '/issue',
      {
        fields: {
          ...Object.fromEntries(others),
          project: { key: project },
          issuetype: { name: issueType },
          summary: jiraSummary(message),
          description: flavour === 'cloud' ? adf(message) : wiki(message),
          labels: [...labels, 'spanwatch', fingerprintLabel(message)],
          ...(assignee === undefined
            ? {}
            : { assignee: flavour === 'cloud' ? { accountId: assignee } : { name: assignee } }),
        },
        properties: [{ key: PROPERTY, value: { incident: message.incidentId, closed: false } }],
      },
      this.#signal,
    );
  }

  /** The newest issue with the label; undefined when there is none. */
  async #search(message: Message): Promise<Issue | undefined> {
    const { project, flavour } = this.#config;
    const jql = `project = "${project}" AND labels = "${fingerprintLabel(message)}" ORDER BY created DESC`;
    const query = { jql, maxResults: 1, fields: ['status', 'resolutiondate'] };
    const body = bodyOf(
      await this.#api.call('POST', flavour === 'cloud' ? '/search/jql' : '/search', query, this.#signal),
    );
    const [first] = listOf(body['issues']);
    return first === undefined ? undefined : issueIn(first);
  }

  async #issue(key: string): Promise<Issue | undefined> {
    const path = `/issue/${encodeURIComponent(key)}?fields=status,resolutiondate`;
    const answer = await this.#api.call('GET', path, undefined, this.#signal);
    return answer.kind === 'missing' ? undefined : issueIn(bodyOf(answer));
  }

  async #comment({ key }: Issue, message: Message): Promise<void> {
    const body = this.#config.flavour === 'cloud' ? adf(message) : wiki(message);
    bodyOf(await this.#api.call('POST', `/issue/${encodeURIComponent(key)}/comment`, { body }, this.#signal));
  }

  /** By id or name, of it or of where it leads. False when the issue's state has no such way: then it stays. */
  async #transition({ key }: Issue, wanted: string): Promise<boolean> {
    const path = `/issue/${encodeURIComponent(key)}/transitions`;
    const { transitions } = bodyOf(await this.#api.call('GET', path, undefined, this.#signal));
    const same = (text: JsonValue | undefined): boolean =>
      textOf(text).toLowerCase() === wanted.toLowerCase();
    const found = listOf(transitions).find(
      (one) => same(one['id']) || same(one['name']) || same(objectOf(one['to'])['name']),
    );
    if (found === undefined) return false;
    const body = { transition: { id: textOf(found['id']) } };
    const answer = await this.#api.call('POST', path, body, this.#signal);
    // A screen that asks for fields, or a person who was faster: the comment says what there is to say.
    if (answer.kind === 'refused') return false;
    bodyOf(answer);
    return true;
  }

  async #note({ key }: Issue, closed: boolean): Promise<void> {
    const path = `/issue/${encodeURIComponent(key)}/properties/${PROPERTY}`;
    bodyOf(await this.#api.call('PUT', path, { closed }, this.#signal));
  }

  async #closedByUs({ key }: Issue): Promise<boolean> {
    const path = `/issue/${encodeURIComponent(key)}/properties/${PROPERTY}`;
    const answer = await this.#api.call('GET', path, undefined, this.#signal);
    return answer.kind !== 'missing' && objectOf(bodyOf(answer)['value'])['closed'] === true;
  }
}

/** Labels hold no spaces: the fingerprint is told by its hash. The same for each incident about the same thing. */
export function fingerprintLabel({ ticket, incidentId }: Message): string {
  const subject = ticket?.fingerprint ?? incidentId;
  return `spanwatch-${createHash('sha256').update(subject).digest('hex').slice(0, 20)}`;
}

function sent(receipt: Receipt | undefined): DeliveryOutcome {
  return receipt === undefined ? { kind: 'sent' } : { kind: 'sent', receipt };
}

type Json = Readonly<Record<string, JsonValue>>;

function bodyOf(answer: JiraAnswer): Json {
  switch (answer.kind) {
    case 'ok':
      return answer.body;
    case 'failed':
      throw new Ended(answer.outcome);
    case 'missing':
      throw new Ended({
        kind: 'permanent',
        reason: 'HTTP 404: no such project or issue, or no right to see it',
      });
    case 'refused': {
      const fields = answer.fields.length === 0 ? '' : `, fields ${answer.fields.join(', ')}`;
      throw new Ended({ kind: 'permanent', reason: `HTTP ${answer.status}${fields}` });
    }
  }
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

function objectOf(value: JsonValue | undefined): Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}

function listOf(value: JsonValue | undefined): readonly Json[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
