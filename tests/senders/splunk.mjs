// SPDX-License-Identifier: Apache-2.0
// splunk.mjs URL TOKEN COUNT EVIL: numbered events by Splunk's own logging library for JavaScript,
// in batches, every EVIL-th one evil.
import splunk from 'splunk-logging';

const [url, token, count, evil] = process.argv.slice(2);
const logger = new splunk.Logger({ url, token, maxBatchCount: 0, maxRetries: 2 });
logger.eventFormatter = (message) => message;
logger.error = (error) => { console.error(error); process.exitCode = 1; };

const flush = () => new Promise((resolve, reject) => {
  logger.flush((error, _, body) => {
    if (error || body.code !== 0) reject(error ?? new Error(JSON.stringify(body)));
    resolve();
  });
});

for (let n = 0; n < Number(count); n++) {
  logger.send({ message: { n, word: n % Number(evil) === 0 ? 'evil' : 'good' }, severity: 'info',
                metadata: { host: 'web-1', sourcetype: 'numbers' } });
  if (n % 500 === 499) await flush();
}
if (Number(count) % 500 !== 0) await flush();
