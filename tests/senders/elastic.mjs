// SPDX-License-Identifier: Apache-2.0
// elastic.mjs URL TOKEN COUNT EVIL: numbered documents by the bulk helper of the Elasticsearch
// client, every EVIL-th one evil. Prints what the client was told.
import { Client } from '@elastic/elasticsearch';

const [url, token, count, evil] = process.argv.slice(2);
const client = new Client({ node: url, auth: { username: 'candor', password: token } });
const info = await client.info();
const documents = [];
for (let n = 0; n < Number(count); n++) {
  documents.push({ n, word: n % Number(evil) === 0 ? 'evil' : 'good' });
}
const said = await client.helpers.bulk({
  datasource: documents,
  flushBytes: 20000,
  refreshOnCompletion: 'numbers',
  onDocument: (document) => ({ create: { _index: 'numbers', _id: 'n-' + document.n } }),
});
console.log(JSON.stringify({ version: info.version.number, ...said }));
