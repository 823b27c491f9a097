import type { Message } from '../../domain/message.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { Channel, DeliveryOutcome, JiraConfig, Receipt } from '../port.ts';
import { createJiraApi, type JiraAnswer, type JiraApi } from './jira-api.ts';
import { bodyOf, Ended, type Json, listOf, objectOf, textOf } from './jira-answers.ts';
import {
  completeRequest,
  fingerprintLabel,
  isOurs,
  type IssuePlace,
  labelRequest,
  REQUEST_PATH,
  requestBody,
} from './jira-request.ts';
import { adf, jiraSummary, wiki } from './jira-text.ts';
import { parsed, takeTransition } from './jira-transition.ts';

/** Where we note on an issue that it was we who closed it. */
const PROPERTY = 'spanwatch';
/** A search may miss what was just made (Cloud's index is eventually consistent): so much later it does not. */
const AFTER_UNKNOWN_MS = 30_000;

interface Issue {
  readonly key: string;
  readonly done: boolean;
  readonly doneAt: number | undefined;
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
    afterKillMs: AFTER_UNKNOWN_MS,
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
    // Figures and who is on it are on the incident's page; a digest is of no incident. Late log lines are worth a comment.
    if (!begins && event !== 'resolved' && (event !== 'context' || known === undefined)) return sent(receipt);
    const issue = known === undefined ? await this.#search(message) : await this.#issue(known);
    if (issue === undefined) {
      // Someone has deleted it, or moved it out of sight: they know why.
      if (known !== undefined) return sent(receipt);
      return begins ? this.#create(message) : { kind: 'sent' };
    }
    if (known === undefined && this.#config.serviceDesk !== undefined)
      await labelRequest(this.#config, this.#at(issue.key), message);
    if (issue.done) return begins ? this.#return(issue, message, nowMs) : sent({ key: issue.key });
    const stayed = event === 'resolved' ? await this.#close(issue) : undefined;
    await this.#comment(issue, message);
    // The first that this incident hears of the issue of an earlier one, too.
    return sent({ key: issue.key }, stayed ?? (known === undefined ? `Ticket ${issue.key}` : undefined));
  }

  /** It comes back, and its issue is closed. */
  async #return(issue: Issue, message: Message, nowMs: number): Promise<DeliveryOutcome> {
    const within = issue.doneAt === undefined || nowMs - issue.doneAt <= this.#config.reopenWithinMs;
    if (!within) return this.#create(message);
    if (await this.#closedByUs(issue)) {
      const { reopenTransition } = this.#config;
      const stayed =
        reopenTransition === undefined ? undefined : await this.#transition(issue, reopenTransition);
      if (reopenTransition !== undefined && stayed === undefined) await this.#note(issue, false);
      await this.#comment(issue, message);
      return sent({ key: issue.key }, stayed);
    }
    return sent({ key: issue.key });
  }

  async #close(issue: Issue): Promise<string | undefined> {
    const { resolveTransition } = this.#config;
    if (resolveTransition === undefined) return undefined;
    const stayed = await this.#transition(issue, resolveTransition);
    // Noted after it is done: a person's close is never taken for ours, ours at worst for a person's.
    if (stayed === undefined) await this.#note(issue, true);
    return stayed;
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
    const body = bodyOf(answer);
    const key = textOf(body['key'] ?? body['issueKey']);
    if (this.#config.serviceDesk !== undefined) await completeRequest(this.#config, this.#at(key), message);
    return sent({ key }, `Ticket ${key}`);
  }

  #at(key: string): IssuePlace {
    return { api: this.#api, key, signal: this.#signal };
  }

  #post(message: Message, assignee: string | undefined): Promise<JiraAnswer> {
    const { project, issueType, labels, fields, flavour, serviceDesk } = this.#config;
    if (serviceDesk !== undefined)
      return this.#api.call(
        'POST',
        REQUEST_PATH,
        requestBody(this.#config, serviceDesk, message),
        this.#signal,
      );
    const others = fields.map(({ id, json }) => [id, parsed(json)] as const);
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
    const jql = `project = "${project}" AND ${isOurs(this.#config, message)} ORDER BY created DESC`;
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

  /** Why it stayed; undefined when it went. */
  async #transition({ key }: Issue, wanted: string): Promise<string | undefined> {
    const { transitionFields } = this.#config;
    const outcome = await takeTransition(this.#at(key), wanted, transitionFields);
    return outcome.kind === 'done' ? undefined : `Ticket ${key} stays as it is: ${outcome.reason}`;
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

function sent(receipt: Receipt | undefined, note?: string): DeliveryOutcome {
  return { kind: 'sent', ...(receipt && { receipt }), ...(note !== undefined && { note }) };
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
