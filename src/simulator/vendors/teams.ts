import { asArray, asObject, asText, type JsonObject, objectIn } from './json-fields.ts';
import { brokenMarkdown } from './markdown-rules.ts';
import { type ReceiverOptions, startReceiver, type VendorReceiver, type VendorVerdict } from './receiver.ts';

const PATH = '/workflows/teamshookid/triggers/manual/paths/invoke?sig=teamshooksignature';
const MAX_BYTES = 28 * 1024;
const MAX_ACTIONS = 6;

/**
 * A Workflows webhook of Teams: an Adaptive Card in its envelope, at most 28 KB, answered 202 (learn.microsoft.com, "Create
 * and send messages" with webhooks; adaptivecards.io, schema of version 1.2).
 */
export function startTeams(options: ReceiverOptions): Promise<VendorReceiver<JsonObject>> {
  return startReceiver(PATH, options, (request) => {
    if (request.path !== PATH) return refused(401, 'DirectApiAuthorizationRequired');
    if (Buffer.byteLength(request.body) > MAX_BYTES) return refused(413, 'RequestEntityTooLarge');
    const body = objectIn(request.body);
    const attachment = asObject(asArray(body?.['attachments'])[0]);
    const card = asObject(attachment?.['content']);
    if (body?.['type'] !== 'message' || card?.['type'] !== 'AdaptiveCard') return refused(400, 'InvalidCard');
    if (attachment?.['contentType'] !== 'application/vnd.microsoft.card.adaptive')
      return refused(400, 'InvalidType');
    const broken = brokenCard(card);
    if (broken !== undefined) return refused(400, broken);
    return {
      answer: { status: 202, body: '' },
      accepted: body,
      violations: textsOf(card).flatMap(brokenMarkdown),
    };
  });
}

function brokenCard(card: JsonObject): string | undefined {
  const elements = asArray(card['body']).map((element) => asObject(element) ?? {});
  if (elements.length === 0) return 'a card without a body';
  const odd = elements.find(({ type }) => type !== 'TextBlock' && type !== 'FactSet');
  if (odd !== undefined) return `an element that is not of version 1.2: ${asText(odd['type'])}`;
  if (elements.some((element) => element['type'] === 'TextBlock' && asText(element['text']) === '')) {
    return 'an empty text block';
  }
  const actions = asArray(card['actions']).map((action) => asObject(action) ?? {});
  if (actions.length > MAX_ACTIONS) return `${actions.length} actions`;
  return actions.every(({ type, url }) => type === 'Action.OpenUrl' && /^https?:/.test(asText(url)))
    ? undefined
    : 'an action that opens no web address';
}

function textsOf(card: JsonObject): string[] {
  return asArray(card['body']).flatMap((element) => {
    const { text, facts } = asObject(element) ?? {};
    const pairs = asArray(facts).flatMap((fact) => [
      asText(asObject(fact)?.['title']),
      asText(asObject(fact)?.['value']),
    ]);
    return [asText(text), ...pairs];
  });
}

function refused(status: number, code: string): VendorVerdict<JsonObject> {
  return { answer: { status, body: JSON.stringify({ error: { code } }) }, violations: [code] };
}
