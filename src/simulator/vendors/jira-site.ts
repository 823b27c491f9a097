import type { JsonValue } from '../../runtime/index.ts';
import type { JsonObject } from './json-fields.ts';
import type { ReceiverOptions } from './receiver.ts';

/** What a Jira asks for and whom it knows. */
export interface JiraOptions extends ReceiverOptions {
  readonly flavour: 'cloud' | 'data-center';
  /** `Basic …` or `Bearer …`. */
  readonly authorization: string;
  readonly project: string;
  /** Ids of fields that a new issue needs besides the usual ones. */
  readonly required?: readonly string[];
  /** Ids of fields that the screen of the transition to Done asks for. */
  readonly asksOnResolve?: readonly string[];
  /** The site is below it. */
  readonly contextPath?: string;
  /** A service desk of the project, with one request type that shows summary, description and what it requires besides. */
  readonly serviceDesk?: {
    readonly id: string;
    readonly requestTypeId: string;
    readonly required?: readonly string[];
  };
  /** Who may be assigned. */
  readonly people?: readonly string[];
}

export interface JiraIssue {
  readonly key: string;
  readonly fields: JsonObject;
  status: 'To Do' | 'Done';
  doneAt: number | undefined;
  readonly comments: JsonValue[];
  readonly properties: Map<string, JsonValue>;
  /** Keys of issues that it relates to. */
  readonly links: string[];
}
