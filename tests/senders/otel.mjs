// SPDX-License-Identifier: Apache-2.0
// otel.mjs URL json|proto TOKEN COUNT EVIL: numbered log records by OpenTelemetry's own exporters,
// every EVIL-th one evil; half with a structured body, half with attributes.
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';

const [url, encoding, token, count, evil] = process.argv.slice(2);
const name = { json: '@opentelemetry/exporter-logs-otlp-http',
               proto: '@opentelemetry/exporter-logs-otlp-proto' }[encoding];
const { OTLPLogExporter } = await import(name);
const exporter = new OTLPLogExporter({
  url: url + '/v1/logs', headers: { Authorization: 'Bearer ' + token },
});
const provider = new LoggerProvider({
  resource: resourceFromAttributes({ 'service.name': 'senders', 'host.name': 'web-1' }),
  processors: [new BatchLogRecordProcessor({ exporter, maxQueueSize: 100000 })],
});
const logger = provider.getLogger('numbers', '1.0');
for (let n = 0; n < Number(count); n++) {
  const fields = { n, word: n % Number(evil) === 0 ? 'evil' : 'good' };
  logger.emit(n % 2 === 0 ? { body: fields, severityNumber: 9 }
                          : { body: 'text ' + n, attributes: fields, severityText: 'INFO' });
}
await provider.forceFlush();
await provider.shutdown();
