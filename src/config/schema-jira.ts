import { Type } from '@sinclair/typebox';
import { common, http, serviceAddress } from './schema-channel-parts.ts';
import { EXPECTS, oneOf, secret, section, whole } from './schema-parts.ts';

const DAY_MS = 86_400_000;
const text = (description: string): ReturnType<typeof Type.String> =>
  Type.String({ description, minLength: 1, maxLength: 200 });

export const jira = section(
  {
    ...common,
    ...http,
    type: Type.Literal('jira'),
    flavour: oneOf(['cloud', 'data-center'], { description: 'Which Jira it is.', default: 'cloud' }),
    url: serviceAddress('Address of the site, such as https://example.atlassian.net, without `/rest`.'),
    email: Type.Optional(text('Cloud: the account whose API token it is.')),
    token: secret('API token (Cloud), or personal access token (Data Center).'),
    project: Type.String({
      description: 'Key of the project.',
      pattern: '^[A-Z][A-Z0-9_]{0,63}$',
      [EXPECTS]: 'a key such as OPS',
    }),
    issueType: Type.String({
      description: 'Name of the type of issues that are made.',
      default: 'Bug',
      minLength: 1,
      maxLength: 100,
    }),
    labels: Type.Array(
      Type.String({
        description: 'One of them.',
        pattern: '^\\S{1,255}$',
        [EXPECTS]: 'up to 255 characters without spaces',
      }),
      { description: 'Labels besides ours.', default: [], maxItems: 20 },
    ),
    fields: Type.Array(
      section(
        {
          id: text('Id of the field, such as `customfield_10010`.'),
          json: Type.String({
            description: 'Its value as Jira takes it, in JSON: `"text"`, `{"value": "High"}`.',
            minLength: 1,
            maxLength: 2000,
          }),
        },
        { description: 'A field of a new issue.' },
      ),
      { description: 'Other fields that a new issue needs; `check --connect` names them.', default: [] },
    ),
    resolveTransition: Type.Optional(
      text('Name or id of the transition when the incident is over; without it, a comment says so.'),
    ),
    reopenTransition: Type.Optional(
      text('Name or id of the transition when it comes back and Spanwatch had closed the issue.'),
    ),
    transitionFields: Type.Array(
      section(
        {
          id: text('Id or name of the field, such as `resolution`.'),
          json: Type.String({
            description: 'Its value as Jira takes it, in JSON: `{"name": "Done"}`.',
            minLength: 1,
            maxLength: 2000,
          }),
        },
        { description: 'A field of a screen.' },
      ),
      {
        description: 'What the screens of transitions ask for; sent where a screen has it.',
        default: [],
        maxItems: 50,
      },
    ),
    serviceDesk: Type.Optional(
      section(
        {
          id: text('Id of the service desk, or key of its project.'),
          requestTypeId: text('Id of the request type (Project settings, Request types, in the address).'),
        },
        {
          description:
            'Jira Service Management: a customer request of this type is made instead of an issue; `issueType` is not used, `fields` are those of the request type.',
        },
      ),
    ),
    reopenWithinMs: whole({
      description: 'An issue that was closed for longer is left alone, and a new one made.',
      default: 7 * DAY_MS,
      minimum: 0,
      maximum: 365 * DAY_MS,
    }),
    rule: section(
      {
        inARow: whole({
          description:
            'So many incidents of a service at P1 in a row, none called no anomaly between them, make an issue; those open at the same time count once. A P0 makes one at once. 1: each P1.',
          default: 3,
          minimum: 1,
          maximum: 100,
        }),
        withinMs: whole({
          description:
            'How far apart the first and the last of them may begin. After an issue the row starts again.',
          default: 7 * DAY_MS,
          minimum: 60_000,
          maximum: 365 * DAY_MS,
        }),
      },
      { description: 'Which incidents make an issue.' },
    ),
  },
  { description: 'Makes Jira issues for what keeps happening, assigned to the owner of the service.' },
);
