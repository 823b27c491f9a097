import {
  asArray,
  asObject,
  asText,
  at,
  button,
  facts,
  type JsonObject,
  link,
  markdown,
  objects,
  paragraphs,
  text,
} from './markup.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };
const unescaped = (value: string): string => value.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);

/** Block Kit: header, section, fields, links of mrkdwn, buttons. */
export function slack(payload: JsonObject): string {
  const note =
    payload['thread_ts'] === undefined
      ? ''
      : `<p class="muted">in its thread${payload['reply_broadcast'] === true ? ', and in the channel' : ''}</p>`;
  const edit = payload['method'] === 'chat.update' ? '<p class="muted">the message, edited</p>' : '';
  return note + edit + objects(payload['blocks']).map(slackBlock).join('\n');
}

function slackBlock(block: JsonObject): string {
  const value = asText(at(block, 'text')?.['text']);
  switch (block['type']) {
    case 'header':
      return `<h3>${text(unescaped(value))}</h3>`;
    case 'actions':
      return `<p>${objects(block['elements'])
        .map((element) => button(asText(at(element, 'text')?.['text']), asText(element['style'])))
        .join(' ')}</p>`;
    default:
      break;
  }
  if (at(block, 'text')?.['type'] === 'mrkdwn') return `<p>${mrkdwn(value)}</p>`;
  if (block['fields'] !== undefined) {
    return `<div class="fields">${objects(block['fields'])
      .map((field) => paragraphs(unescaped(asText(field['text']))))
      .join('\n')}</div>`;
  }
  return paragraphs(unescaped(value));
}

function mrkdwn(value: string): string {
  return value
    .split(/(<[^>]*>)/)
    .map((part) => {
      const found = /^<([^|>]*)\|([^>]*)>$/.exec(part);
      return found === null ? text(unescaped(part)) : link(unescaped(found[2]), unescaped(found[1]));
    })
    .join('');
}

/** A card of version 1; an app's card comes as text. */
export function feishu(payload: JsonObject): string {
  const content = payload['content'];
  const card = typeof content === 'string' ? (JSON.parse(content) as JsonObject) : at(payload, 'card');
  const note = payload['reply_in_thread'] === true ? '<p class="muted">in its thread</p>' : '';
  const edit =
    typeof content === 'string' && payload['msg_type'] === undefined
      ? '<p class="muted">the card, changed</p>'
      : '';
  const header = at(card, 'header');
  const title = text(asText(at(header, 'title')?.['content']));
  const elements = objects(card?.['elements']).map(feishuElement);
  return `${note}${edit}<h3 class="band ${text(asText(header?.['template']))}">${title}</h3>\n${elements.join('\n')}`;
}

function feishuElement(element: JsonObject): string {
  if (element['tag'] === 'action') {
    const actions = objects(element['actions']).map((action) => {
      const label = asText(at(action, 'text')?.['content']);
      return action['url'] === undefined
        ? button(label, asText(action['type']))
        : link(label, asText(action['url']), 'button');
    });
    return `<p>${actions.join(' ')}</p>`;
  }
  const shown = at(element, 'text');
  const content = asText(shown?.['content']);
  const bold = /^\*\*(.*)\*\*$/s.exec(content);
  return shown?.['tag'] === 'lark_md' && bold !== null
    ? `<p><b>${text(bold[1].replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))))}</b></p>`
    : paragraphs(content);
}

export function dingtalk(payload: JsonObject): string {
  return markdown(asText(at(payload, 'markdown')?.['text']));
}

export function wecom(payload: JsonObject): string {
  return markdown(asText(at(payload, 'markdown')?.['content'])).replaceAll('\n<br>', '<br>');
}

/** Adaptive Card 1.2: TextBlock, FactSet, Action.OpenUrl. */
export function teams(payload: JsonObject): string {
  const card = at(asObject(asArray(payload['attachments'])[0]), 'content');
  const body = objects(card?.['body']).map((element) => {
    if (element['type'] === 'FactSet') {
      return facts(objects(element['facts']).map((one) => [asText(one['title']), asText(one['value'])]));
    }
    const value = asText(element['text']);
    const shown = unescapedMarkdown(value);
    if (element['size'] === 'Large')
      return `<h3 class="${text(asText(element['color']))}">${text(shown)}</h3>`;
    return element['weight'] === 'Bolder' ? `<p><b>${text(shown)}</b></p>` : paragraphs(shown);
  });
  const actions = objects(card?.['actions']).map((one) =>
    link(asText(one['title']), asText(one['url']), 'button'),
  );
  return `${body.join('\n')}<p>${actions.join(' ')}</p>`;
}

/** TextBlocks read a little Markdown: a backslash before a mark is not shown. */
function unescapedMarkdown(value: string): string {
  return value.replace(/\\([\\`*_{}[\]()#+\-.!~|<>])/g, '$1');
}
