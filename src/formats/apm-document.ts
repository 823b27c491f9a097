import type { Names } from '../domain/names.ts';
import { SpanKind, type SpanBatch } from '../domain/span-batch.ts';
import { fieldAt } from './flat-document.ts';
import { numberOf, textOf, type JsonObject } from './json-values.ts';
import { RESOURCE_PARTS, ResourcePart } from './known-keys.ts';
import type { ResourceIds } from './resource-ids.ts';
import { timestampUs } from './otel-document.ts';
import { resolveResource, TextSpan } from './text-span.ts';
import { resourceReading } from './resource-keys.ts';

const KINDS = new Map<string, number>([
  ['INTERNAL', SpanKind.Internal],
  ['SERVER', SpanKind.Server],
  ['CLIENT', SpanKind.Client],
  ['PRODUCER', SpanKind.Producer],
  ['CONSUMER', SpanKind.Consumer],
]);

/** Where Elastic's own field names hold what a resource says. */
const RESOURCE_FIELDS: readonly (readonly [string, number])[] = [
  ['service.name', ResourcePart.ServiceName],
  ['service.environment', ResourcePart.Environment],
  ['service.version', ResourcePart.Version],
  ['service.node.name', ResourcePart.InstanceId],
  ['kubernetes.pod.name', ResourcePart.Pod],
  ['host.hostname', ResourcePart.Host],
  ['kubernetes.node.name', ResourcePart.Node],
];

/**
 * A transaction or span of `traces-apm*` (elastic/apm-data, elastic/apm-server apmpackage traces/fields): a transaction is
 * the work of a service for one request, a span what it does or calls meanwhile. Other documents are left out.
 */
export class ApmDocumentReader {
  readonly #names: Names;
  readonly #span: TextSpan;

  constructor(names: Names) {
    this.#names = names;
    this.#span = new TextSpan(names);
  }

  read(document: JsonObject, into: SpanBatch): string | undefined {
    const event = textOf(fieldAt(document, 'processor.event'));
    if (event !== 'transaction' && event !== 'span') return 'neither a transaction nor a span';
    const at = (path: string): string => textOf(fieldAt(document, path));
    const span = this.#span;
    span.reset();
    span.setIds(at('trace.id'), at(`${event}.id`), true);
    span.setParent(at('parent.id') || (event === 'span' ? at('transaction.id') : ''), true);
    span.name = at(`${event}.name`);
    const startUs = numberOf(fieldAt(document, 'timestamp.us'));
    span.startUs = Number.isNaN(startUs) ? timestampUs(fieldAt(document, '@timestamp')) : startUs;
    span.durationUs = numberOf(fieldAt(document, `${event}.duration.us`));
    span.facts.kind = this.#kindOf(document, event);
    span.facts.errorTag = at('event.outcome') === 'failure';
    span.tag('http.status_code', fieldAt(document, 'http.response.status_code'));
    if (event === 'span')
      span.tag('peer.service', fieldAt(document, 'service.target.name') ?? fieldAt(document, DESTINATION));
    const fault = span.append(into, this.#resource(document));
    const stoodFor = numberOf(fieldAt(document, `${event}.representative_count`));
    if (fault === undefined && stoodFor > 1) into.weight[into.length - 1] = stoodFor;
    return fault;
  }

  #kindOf(document: JsonObject, event: 'transaction' | 'span'): number {
    const said = KINDS.get(textOf(fieldAt(document, `${event}.kind`)).toUpperCase());
    if (said !== undefined) return said;
    if (event === 'transaction')
      return textOf(fieldAt(document, 'transaction.type')) === 'messaging'
        ? SpanKind.Consumer
        : SpanKind.Server;
    // An exit span names whom it calls.
    return fieldAt(document, DESTINATION) === undefined ? SpanKind.Internal : SpanKind.Client;
  }

  #resource(document: JsonObject): ResourceIds {
    const texts: string[] = Array.from({ length: RESOURCE_PARTS }, () => '');
    for (const [path, part] of RESOURCE_FIELDS) texts[part] = textOf(fieldAt(document, path));
    for (const [path, part] of resourceReading(this.#names).apmOwnerFields)
      texts[part] ||= textOf(fieldAt(document, path));
    return resolveResource(this.#names, texts);
  }
}

const DESTINATION = 'span.destination.service.resource';
